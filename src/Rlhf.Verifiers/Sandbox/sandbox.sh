# Runs as the first process of fresh namespaces: takes away everything that can be written, gets a program from standard input and runs a command on it, without privileges.
# $1: MiB of the only folder that can be written, /tmp. $2: the program's file name. $3: the command's program, looked for before anything runs. $4: CPU seconds of all processes together.
# $5: bytes of the program. $6: bytes of each input that follows it, separated by blanks; none for one run without input. $7: what is printed before each run. The rest: the command under its limits.
# Prints the line "ready" when all is set up, so that what went wrong before can be told from what the command does.
fail() { echo "$1" >&2; exit 125; }
size=$1 file=$2 program=$3 seconds=$4 length=$5 inputs=$6 separator=$7
shift 7
echo 1000 > /proc/self/oom_score_adj # if memory runs out, this goes first

while read -r _ at _ options _; do
    at=$(printf %b "$at") flags=remount,bind,ro # the list writes a blank as \040
    for option in nosuid nodev noexec noatime nodiratime relatime; do
        case ,$options, in *,$option,*) flags=$flags,$option ;; esac
    done
    case ,$options, in *,ro,*) continue ;; esac
    mount -o "$flags" "$at" 2> /dev/null || [ ! -e "$at" ] || fail "$at cannot be protected against writing"
done < /proc/self/mounts

# Where a container hides parts of /proc, this is refused; the machine's own is protected by now.
mount -t proc -o ro,nosuid,nodev,noexec proc /proc 2> /dev/null

mount -t tmpfs -o size=64k,mode=755 tmpfs /tmp || fail "/dev cannot be replaced"
for device in null zero full random urandom; do
    : > /tmp/$device && mount --bind /dev/$device /tmp/$device || fail "/dev/$device cannot be kept"
done
ln -s /proc/self/fd /tmp/fd && mkdir /tmp/shm && mount --rbind /tmp /dev || fail "/dev cannot be replaced"
mount -t tmpfs -o "size=${size}m,mode=700,nosuid,nodev" tmpfs /tmp && mkdir /tmp/.shm && mount --bind /tmp/.shm /dev/shm || fail "/tmp cannot be replaced"
mount -o remount,bind,ro /dev || fail "/dev cannot be protected against writing"
for folder in /run /var/run /var/tmp; do # sockets of servers, and others' files
    [ ! -d $folder ] || [ -L $folder ] || mount -t tmpfs -o ro,size=4k tmpfs $folder || fail "$folder cannot be hidden"
done

cd /tmp && cat > "$file" || fail "the program does not fit into $size MiB"
if [ -n "$inputs" ]; then
    mv "$file" .all && head -c "$length" .all > "$file" || fail "the program and its inputs do not fit into $size MiB"
    at=$((length + 1)) count=0
    for bytes in $inputs; do
        count=$((count + 1))
        tail -c "+$at" .all | head -c "$bytes" > ".input-$count" && at=$((at + bytes)) && [ "$(wc -c < ".input-$count")" -eq "$bytes" ] \
            || fail "the program and its inputs do not fit into $size MiB"
    done
    rm .all
fi
command -v -- "$program" > /dev/null || fail "there is no program '$program'"
echo ready
# Not the command itself: the first process of a namespace ignores signals.
if [ -z "$inputs" ]; then
    "$@" < /dev/null
    code=$?
else
    code=0 count=0
    for bytes in $inputs; do
        count=$((count + 1))
        echo "$separator"
        "$@" < ".input-$count" || { code=$?; break; }
    done
fi

# A child that the kernel ended at its own limit may have been missed by who watches from outside: fields 16 and 17 are the time of ended children, in hundredths of a second.
read -r _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ user system _ < /proc/self/stat
[ $((user + system)) -le $((seconds * 100)) ] || exit 152 # as after SIGXCPU
exit $code
