using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Platform.Database;

/// <summary>Failures of the database, however they are wrapped.</summary>
internal static class DatabaseFailures
{
    // Entity Framework wraps what it could not save, and that again where it takes the failure for a passing one.
    internal static DbException? AsDatabase(this Exception failure) => failure switch
    {
        DbException database => database,
        DbUpdateException or InvalidOperationException => failure.InnerException?.AsDatabase(),
        _ => null,
    };
}
