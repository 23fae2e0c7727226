using Rlhf.Runtime;
using TorchSharp;

namespace Rlhf.Tests.Core.Runtime;

public class TorchRuntimeTests
{
    [Fact]
    public void EnsureLoaded_OnThisMachine_TorchComputes()
    {
        TorchRuntime.EnsureLoaded();
        using var scope = torch.NewDisposeScope();
        Assert.Equal(3.0, torch.ones(3).sum().item<float>());
        TestContext.Current.SendDiagnosticMessage("torch {0} from {1}", torch.__version__, TorchRuntime.LibTorchFolder);
    }
}
