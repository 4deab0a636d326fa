using Hedgerow.Gateway.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.FileProviders;

namespace Hedgerow.Gateway.Operations;

/// <summary>
/// In development: the examples that are pages, such as <c>/examples/editor/</c>, and under its <c>lib/</c> the client that it loads, as npm installed it.
/// </summary>
internal static class ExamplePages
{
    public static void UseExamplePages(this WebApplication app, GatewayOptions options)
    {
        var editor = Path.Combine(options.Examples, "editor");
        if (options.Examples.Length == 0 || !Directory.Exists(editor)) return;
        var client = Path.Combine(options.Examples, "..", "node_modules", "@microsoft", "signalr", "dist", "browser");
        if (Directory.Exists(client)) Serve(app, "/examples/editor/lib", client);
        Serve(app, "/examples/editor", editor);
    }

    private static void Serve(WebApplication app, string path, string folder)
    {
        var files = new PhysicalFileProvider(Path.GetFullPath(folder));
        app.UseDefaultFiles(new DefaultFilesOptions { RequestPath = path, FileProvider = files });
        app.UseStaticFiles(new StaticFileOptions
        {
            RequestPath = path,
            FileProvider = files,
            OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = "no-cache",
        });
    }
}
