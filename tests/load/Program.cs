using Platform.Load;

// dotnet run -c Release --project tests/load [-- MODE …]; README names the modes worth running by hand.
return args switch
{
    [] or ["odata", ..] => await Comparison.Run([.. args.Skip(1)]),
    ["intake", ..] => await Intake.Run([.. args.Skip(1)]),
    ["fairness", ..] => await Fairness.Run(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 4, args.ElementAtOrDefault(2) ?? "batches"),
    ["row-security", ..] => await RowSecurity.Run(args.Length > 1 ? double.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 3),
    ["abuse", var url, var token, var kind] => await Fairness.Abuse(url, token, kind),
    ["product", var folder] => await Processes.Product(folder),
    ["bare", var connection] => await Processes.Bare(connection),
    _ => throw new ArgumentException(
        $"Unknown mode «{args[0]}»: odata [seconds] [folder that is kept] | intake [rows] [rows stored beforehand] | fairness [seconds] [batches|crowd|streams|rows|atomic|rejected] | row-security [seconds]."),
};
