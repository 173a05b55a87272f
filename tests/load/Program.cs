using Platform.CommandLine;
using Platform.Load;

// dotnet run -c Release --project tests/load [-- seconds]
// Starts the product on its own PostgreSQL, fills it to the size of the country, and compares each question over OData with the same
// question as SQL by hand in a bare endpoint, in turn, on the same database. Prints ratios; the absolute figures are the machine's.
var seconds = args.Length > 0 ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 5;
var folder = Directory.CreateTempSubdirectory("platform-load-").FullName;
await using (var instance = await DevelopmentInstance.Start(folder, "http://127.0.0.1:0", Console.WriteLine, CancellationToken.None))
{
    await Country.Fill(instance, Console.WriteLine);
    await using var bare = await BareEndpoints.Start(instance);
    await Comparison.Run(instance, bare, seconds);
}

Directory.Delete(folder, recursive: true);
