using Platform.Http;

namespace Platform.Learning.Formats;

/// <summary>Finds the header among the first rows of a table: lists of a class begin with a title. Where none is one, the widest row is told what it lacks.</summary>
internal sealed class HeadSearch(Func<IReadOnlyList<string>, TableColumns> recognise)
{
    private const int MostRows = 10;

    private ProblemException? refusal;
    private int rows, widest;

    /// <summary>Why there is no header.</summary>
    internal ProblemException Refusal => refusal ?? new ProblemException(Problems.NoHeader);

    /// <summary>The columns where this row is the header; null while it may come yet.</summary>
    internal TableColumns? Try(IReadOnlyList<string> cells)
    {
        try
        {
            return recognise(cells);
        }
        catch (ProblemException refused)
        {
            if (cells.Count(c => !string.IsNullOrWhiteSpace(c)) is var width && width > widest)
                (refusal, widest) = (refused, width);
            return ++rows < MostRows ? null : throw Refusal;
        }
    }
}
