using System.Globalization;

namespace Hedgerow.ImageWorker;

/// <summary>libvips refused an operation. Why stands in its own words in the error buffer, which nobody outside is shown.</summary>
internal sealed class VipsException(string operation) : Exception($"libvips failed at {operation}");

/// <summary>One call of a libvips operation: arguments by name, then one result.</summary>
internal sealed unsafe class VipsOperation : IDisposable
{
    private readonly string _name;
    private readonly nint _operation;

    public VipsOperation(string name)
    {
        _name = name;
        _operation = Vips.NewOperation(name);
        if (_operation == 0) throw Failed();
    }

    /// <summary>Numbers, truth values and members of enumerations, as text.</summary>
    public VipsOperation With(string name, string value)
    {
        if (Vips.SetArgument(_operation, name, value) != 0) throw Failed();
        return this;
    }

    public VipsOperation With(string name, int value) => With(name, value.ToString(CultureInfo.InvariantCulture));

    public VipsOperation With(string name, VipsImage image)
    {
        GValue value = default;
        Vips.InitValue(&value, Vips.ImageType());
        Vips.SetObject(&value, image.Handle);
        Vips.SetProperty(_operation, name, &value);
        Vips.UnsetValue(&value);
        return this;
    }

    /// <summary>Something boxed: bytes or an array of images.</summary>
    public VipsOperation With(string name, nint boxed, nuint type)
    {
        GValue value = default;
        Vips.InitValue(&value, type);
        Vips.SetBoxed(&value, boxed);
        Vips.SetProperty(_operation, name, &value);
        Vips.UnsetValue(&value);
        return this;
    }

    /// <summary>Runs it; the image that comes out.</summary>
    public VipsImage Image()
    {
        Build();
        GValue value = default;
        Vips.InitValue(&value, Vips.ImageType());
        Vips.GetProperty(_operation, "out", &value);
        var image = Vips.Ref(Vips.GetObject(&value));
        Vips.UnsetValue(&value);
        Vips.UnrefOutputs(_operation);
        return new VipsImage(image);
    }

    /// <summary>Runs it; the bytes that come out, to be given back with <see cref="Vips.UnrefArea"/>.</summary>
    public nint Bytes()
    {
        Build();
        GValue value = default;
        Vips.InitValue(&value, Vips.BlobType());
        Vips.GetProperty(_operation, "buffer", &value);
        var blob = Vips.CopyBoxed(&value);
        Vips.UnsetValue(&value);
        Vips.UnrefOutputs(_operation);
        return blob;
    }

    public void Dispose() => Vips.Unref(_operation);

    private void Build()
    {
        if (Vips.Build(_operation) == 0) return;
        Vips.UnrefOutputs(_operation);
        throw Failed();
    }

    private VipsException Failed()
    {
        Vips.ClearErrors();
        return new VipsException(_name);
    }
}

/// <summary>An image that libvips holds. An animation's frames stand below each other.</summary>
internal sealed class VipsImage(nint handle) : IDisposable
{
    public nint Handle => handle;

    public void Dispose() => Vips.Unref(handle);
}
