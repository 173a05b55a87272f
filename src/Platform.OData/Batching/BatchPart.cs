using Microsoft.AspNetCore.Http;

namespace Platform.OData.Batching;

/// <summary>One request of a batch, as it was sent.</summary>
internal sealed record BatchPart(string? Id, string Method, string Url)
{
    public IHeaderDictionary Headers { get; init; } = new HeaderDictionary();

    /// <summary>The group that succeeds or fails as a whole; a change set in multipart.</summary>
    public string? Group { get; init; }

    /// <summary>Whether it is to run only under a condition.</summary>
    public bool IsConditional { get; init; }

    /// <summary>Requests or groups that must have succeeded before.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];
}

/// <summary>The answer to one part: complete, because its status comes before its body.</summary>
internal sealed record PartAnswer(BatchPart Part, int Status, IHeaderDictionary Headers, ReadOnlyMemory<byte> Body);

/// <summary>Writes the answers as they come, in one of the two batch formats.</summary>
internal interface IPartWriter
{
    Task Start();
    Task Write(PartAnswer answer);
    Task End();
}
