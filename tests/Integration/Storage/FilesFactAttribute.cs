using Hedgerow.Tests.Integration.Support;

namespace Hedgerow.Tests.Integration.Storage;

/// <summary>A test that lays hands on the folder of a file store; on S3 there is none.</summary>
public sealed class FilesFactAttribute : FactAttribute
{
    public FilesFactAttribute()
    {
        if (TestObjectStore.IsS3) Skip = "the store of this run is an S3 server, not a folder";
    }
}
