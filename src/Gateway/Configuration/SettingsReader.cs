using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Hedgerow.Gateway.Configuration;

/// <summary>
/// Binds a section to an options record more strictly than the framework's binder: a name that no property bears, or a value
/// that does not fit, is an error that names the setting. An empty value leaves the default of everything but text.
/// </summary>
public static class SettingsReader
{
    /// <summary>The record behind <paramref name="section"/>. Names are compared without regard to case, as configuration keys are.</summary>
    /// <exception cref="SettingException">A setting is unknown or malformed.</exception>
    public static T Read<T>(IConfigurationSection section) where T : class, new() => (T)Read(section, typeof(T));

    private static object Read(IConfigurationSection section, Type type)
    {
        var options = Activator.CreateInstance(type)!;
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite)
            .ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var setting in section.GetChildren())
        {
            if (!properties.TryGetValue(setting.Key, out var property))
                throw new SettingException(setting.Path, $"unknown. Known here: {string.Join(", ", properties.Keys.Order(StringComparer.Ordinal))}");
            if (IsRecord(property.PropertyType))
                property.SetValue(options, Read(setting, property.PropertyType));
            else if (setting.Value is { } value && Convert(value, property.PropertyType, setting.Path) is { } converted)
                property.SetValue(options, converted);
        }
        return options;
    }

    private static bool IsRecord(Type type) => type.IsClass && type != typeof(string);

    /// <summary>The value as the property's type; null where an empty value leaves the default.</summary>
    private static object? Convert(string value, Type type, string path)
    {
        var target = Nullable.GetUnderlyingType(type) ?? type;
        if (target == typeof(string)) return value;
        var text = value.Trim();
        if (text.Length == 0) return null;
        if (target == typeof(bool))
            return bool.TryParse(text, out var truth) ? truth : throw Malformed("true or false");
        if (target == typeof(int))
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Malformed("a whole number");
        if (target == typeof(long))
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Malformed("a whole number");
        if (target == typeof(double))
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw Malformed("a number");
        if (target.IsEnum)
            return Enum.TryParse(target, text, ignoreCase: true, out var choice) && Enum.IsDefined(target, choice!)
                ? choice
                : throw Malformed($"one of {string.Join(", ", Enum.GetNames(target))}");
        throw new InvalidOperationException($"{path}: settings of type {target} are not read.");

        // The value stays out of the message: a secret may stand in the wrong place.
        SettingException Malformed(string wanted) => new(path, $"malformed; it must be {wanted}");
    }
}
