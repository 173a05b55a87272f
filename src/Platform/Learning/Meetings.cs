using Platform.Database;
using Platform.Http;

namespace Platform.Learning;

/// <summary>How one attempt at a transaction of the intake ended.</summary>
internal enum Attempted
{
    /// <summary>It is over, whatever it decided.</summary>
    Done,

    /// <summary>Another transaction wrote the same rows meanwhile.</summary>
    MetAnother,

    /// <summary>What it changes cannot be locked row by row.</summary>
    MustBeAlone,

    /// <summary>Communes were reorganised since the rows were checked.</summary>
    Reorganised,
}

/// <summary>
/// Transactions of the intake run side by side, and one that met another over the same rows begins again and sees what that stored. Who met
/// others often takes turns with everybody; who meets them even so gives up, as something other than a batch stands in the way.
/// </summary>
internal static class Meetings
{
    private const int BeforeAlone = 4, MostAttempts = 12;

    /// <summary>Makes attempts, each told whether to begin alone, until one is over; refuses after the last.</summary>
    internal static async Task<Attempted> Repeat(this IntakeOptions intake, Dialect dialect, Func<bool, Task<Attempted>> attempt, CancellationToken cancellation)
    {
        await intake.Places.WaitAsync(cancellation);
        try
        {
            Exception? last = null;
            for (var (n, alone) = (1, false); n <= MostAttempts; n++)
            {
                try
                {
                    var ended = await attempt(alone || n > BeforeAlone);
                    if (ended is Attempted.Done or Attempted.Reorganised)
                        return ended;
                    alone |= ended == Attempted.MustBeAlone;
                }
                catch (Exception failure) when (failure.AsDatabase() is { } database && dialect.IsCollision(database))
                {
                    last = failure; // the row that another transaction wrote is seen by the next attempt
                }

                cancellation.ThrowIfCancellationRequested();
            }

            throw new ProblemException(Problems.RowsBusy, null, null, last);
        }
        finally
        {
            intake.Places.Release();
        }
    }
}
