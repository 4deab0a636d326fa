using Hedgerow.Storage.S3Protocol;

namespace Hedgerow.Tests.Unit.Storage;

public sealed class S3TargetTests
{
    [Theory]
    [InlineData("/storage/v1/s3", "", "")]
    [InlineData("/storage/v1/s3/", "", "")]
    [InlineData("/storage/v1/s3/b", "b", "")]
    [InlineData("/storage/v1/s3/b/", "b", "")]
    [InlineData("/storage/v1/s3/b/a//b", "b", "a//b")]
    [InlineData("/storage/v1/s3/b//a", "b", "/a")]
    [InlineData("/storage/v1/s3/b/a%2Fb%2fc", "b", "a/b/c")]
    [InlineData("/storage/v1/s3/b/a+b%2Bc%20d", "b", "a+b+c d")]
    [InlineData("/storage/v1/s3/b/a/../c", "b", "a/../c")]
    [InlineData("/storage/v1/s3/b/%C3%A4%F0%9F%98%80", "b", "ä😀")]
    [InlineData("/storage/v1/s3/b/%2525", "b", "%25")]
    public void Paths_are_read_as_they_were_sent(string path, string bucket, string key)
    {
        Assert.True(S3Target.TryParse(path + "?x&a=b%20c+d&e=", out var target));
        Assert.Equal((bucket, key), (target.Bucket, target.Key));
        Assert.Equal(("", "b c d", "", null), (target["x"], target["a"], target["e"], target["none"]));
    }

    [Theory]
    [InlineData("http://host/storage/v1/s3/b")]
    [InlineData("/rest/../storage/v1/s3/b")]
    [InlineData("/storage/v1/s3x/b")]
    [InlineData("/storage/v1/s3//key")]
    [InlineData("/storage/v1/s3/b/%")]
    [InlineData("/storage/v1/s3/b/%zz")]
    [InlineData("/storage/v1/s3/b/%FF")]
    [InlineData("/storage/v1/s3/b/%ED%A0%80")]
    [InlineData("/storage/v1/s3/b?a=%C3")]
    public void What_is_no_such_path_is_none(string target) => Assert.False(S3Target.TryParse(target, out _));
}
