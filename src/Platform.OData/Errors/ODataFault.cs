namespace Platform.OData;

/// <summary>One numbered error of the OData service, as the host lists and documents it.</summary>
/// <param name="Status">HTTP status of the answer.</param>
/// <param name="Code">Stable number, for example <c>OD-1001</c>. Retired numbers are not reused.</param>
/// <param name="TitleVi">What is wrong, in Vietnamese.</param>
/// <param name="TitleEn">What is wrong, in English.</param>
/// <param name="RemedyVi">What the client can do, in Vietnamese.</param>
/// <param name="RemedyEn">What the client can do, in English.</param>
public sealed record ODataFault(
    int Status, string Code, string TitleVi, string TitleEn, string RemedyVi, string RemedyEn);
