namespace Hedgerow.Tests.Integration.Support;

/// <summary>One platform for all tests of a class.</summary>
public sealed class SharedPlatform : IAsyncLifetime
{
    public TestPlatform Platform { get; private set; } = null!;

    public async Task InitializeAsync() => Platform = await TestPlatform.StartAsync();

    public async Task DisposeAsync() => await Platform.DisposeAsync();
}
