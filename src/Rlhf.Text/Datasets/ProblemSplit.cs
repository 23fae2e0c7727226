namespace Rlhf.Datasets;

/// <summary>Which of two sets without common problems is meant.</summary>
public enum ProblemSplit
{
    /// <summary>For training.</summary>
    Train,

    /// <summary>Held out.</summary>
    Test,
}
