using Hedgerow.Storage.Backends;

namespace Hedgerow.Storage.Api;

/// <summary>A form broke off or is none: what its sender did wrong, found out while its file was on its way into the store.</summary>
public sealed class BrokenFormException(Exception inner) : Exception("The form ends before its file does", inner);

/// <summary>The file in a form. That the form ends too early is the sender's fault, and no failure of ours.</summary>
internal sealed class FormFile(Stream inner) : ReadOnlyBody
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException || e.GetType() == typeof(IOException))
        {
            throw new BrokenFormException(e);
        }
    }
}
