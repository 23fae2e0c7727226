namespace Rlhf.Tests.HfParity;

/// <summary>
/// Models, refusals, sampling filters, tokenizers and chats against what Hugging Face's libraries give, over a folder laid out like
/// <c>shared/reference</c>: the one that <c>RLHF_HF_PARITY</c> names, or that.
/// </summary>
[Trait("Category", "HfParity")]
public class HfParityTests
{
    [Fact]
    public void EveryCase_GivesWhatHuggingFaceGives()
    {
        TorchSharp.torch.set_num_threads(2);
        string folder = Environment.GetEnvironmentVariable("RLHF_HF_PARITY") ?? SharedData.Require("reference");
        ParityTally[] tallies = [SamplingParity.Run(folder), TokenizerParity.Run(folder), ChatParity.Run(folder), ModelParity.Run(folder)];
        string[] failures = [.. tallies.SelectMany(t => t.Failures)];
        foreach (string failure in failures)
        {
            TestContext.Current.SendDiagnosticMessage($"hf parity: failed: {failure}");
        }

        int total = tallies.Sum(t => t.Total);
        TestContext.Current.SendDiagnosticMessage($"hf parity: matched {tallies.Sum(t => t.Matched)} of {total}");
        Assert.NotEqual(0, total);
        Assert.Empty(failures);
    }
}
