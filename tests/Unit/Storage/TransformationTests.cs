using System.Text.Json;
using Hedgerow.ImageWorker;
using Hedgerow.Storage.Images;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Hedgerow.Tests.Unit.Storage;

/// <summary>What is asked of an image, and how large it becomes.</summary>
public sealed class TransformationTests
{
    [Theory]
    // Cover fills the size and cuts; contain fits into it; fill takes its proportions.
    [InlineData(400, 300, 100, 100, ResizeMode.Cover, "133x100 100x100")]
    [InlineData(400, 300, 100, 100, ResizeMode.Contain, "100x75 100x75")]
    [InlineData(400, 300, 100, 100, ResizeMode.Fill, "100x100 100x100")]
    // One side alone keeps the proportions, but for fill, which keeps the other side.
    [InlineData(400, 300, 100, 0, ResizeMode.Cover, "100x75 100x75")]
    [InlineData(400, 300, 0, 150, ResizeMode.Contain, "200x150 200x150")]
    [InlineData(400, 300, 100, 0, ResizeMode.Fill, "100x300 100x300")]
    // Nothing asked, nothing changed.
    [InlineData(400, 300, 0, 0, ResizeMode.Cover, "400x300 400x300")]
    // Never enlarged: cut where it stands out, proportions taken within the image's own size.
    [InlineData(400, 300, 1000, 1000, ResizeMode.Contain, "400x300 400x300")]
    [InlineData(400, 300, 1000, 100, ResizeMode.Cover, "400x300 400x100")]
    [InlineData(400, 300, 800, 800, ResizeMode.Fill, "300x300 300x300")]
    [InlineData(500, 500, 100, 1000, ResizeMode.Fill, "50x500 50x500")]
    // Something is always left.
    [InlineData(10000, 1, 10, 10, ResizeMode.Contain, "10x1 10x1")]
    public void An_image_takes_the_size_as_imgproxy_gives_it(int sourceWidth, int sourceHeight, int width, int height, ResizeMode resize, string expected)
    {
        var geometry = Geometry.Of(sourceWidth, sourceHeight, width, height, resize);
        Assert.Equal(expected, $"{geometry.ScaledWidth}x{geometry.ScaledHeight} {geometry.Width}x{geometry.Height}");
        Assert.True(geometry.Left >= 0 && geometry.Left + geometry.Width <= geometry.ScaledWidth);
        Assert.True(geometry.Top >= 0 && geometry.Top + geometry.Height <= geometry.ScaledHeight);
    }

    [Fact]
    public void A_token_carries_what_was_asked_and_nothing_more()
    {
        var asked = new Transformation(100, 200, ResizeMode.Contain, 75, ImageFormat.Avif);
        Assert.Equal("height:200,width:100,resize:contain,quality:75,format:avif", asked.ToString());
        Assert.Equal(asked, Read(Transformation.Of(asked.ToString())));
        Assert.Equal("", new Transformation().ToString());
        Assert.True(Read(Transformation.Of("")).IsEmpty);
        // Tokens that Supabase has signed say "undefined" where nothing was said.
        Assert.Equal(new Transformation(5), Read(Transformation.Of("width:5,resize:undefined")));
    }

    [Theory]
    [InlineData("width=abc", "querystring/width must be integer")]
    [InlineData("width=1.5", "querystring/width must be integer")]
    [InlineData("width=NaN", "querystring/width must be integer")]
    [InlineData("width=", "querystring/width must be integer")]
    [InlineData("height=-1", "querystring/height must be >= 0")]
    [InlineData("quality=19", "querystring/quality must be >= 20")]
    [InlineData("quality=101", "querystring/quality must be <= 100")]
    [InlineData("resize=crop", "querystring/resize must be one of cover, contain, fill")]
    [InlineData("format=svg", "querystring/format must be one of origin, avif, webp, jpeg, png")]
    public void What_is_no_transformation_is_refused_by_name(string query, string message) =>
        Assert.Equal(message, Transformation.Of(new QueryCollection(QueryHelpers.ParseQuery(query))).Error?.Message);

    [Theory]
    [InlineData("""{"transform": 5}""", "body/transform must be object")]
    [InlineData("""{"transform": {"width": {}}}""", "body/transform/width must be integer")]
    [InlineData("""{"transform": {"resize": ["cover"]}}""", "body/transform/resize must be one of cover, contain, fill")]
    public void A_body_is_held_to_the_same(string body, string message) => Assert.Equal(message, Transformation.Of(JsonDocument.Parse(body).RootElement).Error?.Message);

    [Theory]
    [InlineData("image/avif,image/webp,*/*", null, ImageFormat.Webp)]
    [InlineData("*/*", null, ImageFormat.Origin)]
    [InlineData("image/webp", ImageFormat.Origin, ImageFormat.Origin)]
    [InlineData("", ImageFormat.Avif, ImageFormat.Avif)]
    public void The_format_follows_the_client_unless_it_is_asked_for(string accept, ImageFormat? asked, ImageFormat expected) =>
        Assert.Equal(expected, new Transformation(Format: asked).FormatFor(accept));

    [Fact]
    public void A_job_arrives_as_it_was_sent()
    {
        var job = new ImageJob(1, 2, ResizeMode.Fill, 80, ImageFormat.Png, 50_000_000_000, 60, 1 << 25, 10);
        var bytes = new byte[ImageJob.Length];
        job.Write(bytes);
        Assert.Equal(job, ImageJob.Read(bytes));
        var reply = new ImageReply(ImageOutcome.TooManyPixels, ImageFormat.Webp, 12345);
        bytes = new byte[ImageReply.Length];
        reply.Write(bytes);
        Assert.Equal(reply, ImageReply.Read(bytes));
    }

    private static Transformation Read(Hedgerow.Postgres.Result<Transformation> result) => result.Ok(out var transformation, out var error) ? transformation : throw new InvalidOperationException(error.Message);
}
