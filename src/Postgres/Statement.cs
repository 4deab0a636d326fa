namespace Hedgerow.Postgres;

/// <summary>One SQL statement of a file.</summary>
/// <param name="Text">Without leading white space and comments, without the closing semicolon.</param>
/// <param name="Offset">Where <paramref name="Text"/> begins in the file, in UTF-16 units from 0.</param>
public sealed record Statement(string Text, int Offset);
