namespace Platform.OData;

/// <summary>
/// The host's data behind the model, one per request. What a query may see is the host's business: the queryable
/// already carries tenant and role filters, and this module only ever narrows it.
/// </summary>
public interface IODataSource
{
    /// <summary>The rows of an entity set that the caller may see.</summary>
    /// <param name="setName">Name of the set as declared in the model.</param>
    IQueryable<T> Query<T>(string setName) where T : class;
}
