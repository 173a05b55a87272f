namespace Platform.Tenancy;

/// <summary>A row that belongs to one locality. Every such table has the key (tenant_id, …), a query filter and row-level security.</summary>
public interface ITenantOwned
{
    /// <summary>The owning locality (<see cref="Localities.Locality.Id"/>).</summary>
    short TenantId { get; }
}

/// <summary>What the law demands of a locality also while it is suspended: its people's requests about their data. A suspension does not hold these rows.</summary>
public interface IDespiteSuspension : ITenantOwned;

/// <summary>A row that belongs to one vendor and is nobody else's to see: what became of its rows, its files. Has a query filter and row-level security.</summary>
public interface IVendorOwned
{
    /// <summary>The owning vendor.</summary>
    short VendorId { get; }
}
