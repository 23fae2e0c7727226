#!/usr/bin/env bash
# Brings each library's PublicAPI.Unshipped.txt up to date with its code, for a change of the public API that is meant.
set -euo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for library in Abstractions Text Verifiers Core Judges Shaping Trainers Reports; do
  library=Rlhf.$library
  file=src/$library/PublicAPI.Unshipped.txt
  dotnet build "src/$library" -c Release --no-incremental -p:TreatWarningsAsErrors=false -p:BuildProjectReferences=true > "$log" 2>&1 || true
  python3 - "$file" "$log" "$library" <<'PY'
import re, sys
path, log, library = sys.argv[1:]
text = open(log).read()
lines = set(open(path).read().splitlines()) - {'#nullable enable', ''}
here = [m for m in re.finditer(r"(?P<at>\S+)\(\d+,\d+\): (?:warning|error) (?P<id>RS001[67]): Symbol '(?P<symbol>.+)' is ", text)]
lines |= {m['symbol'] for m in here if m['id'] == 'RS0016' and f'/{library}/' in m['at']}
lines -= {m['symbol'] for m in here if m['id'] == 'RS0017' and f'/{library}/' in m['at']}
open(path, 'w').write('\n'.join(['#nullable enable', *sorted(lines)]) + '\n')
PY
  echo "$file: $(($(wc -l < "$file") - 1)) symbols"
done
