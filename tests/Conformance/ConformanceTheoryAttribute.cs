namespace Hedgerow.Tests.Conformance;

/// <summary>A theory that is skipped where the cases do not lie beside the checkout.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ConformanceTheoryAttribute : TheoryAttribute
{
    public ConformanceTheoryAttribute()
    {
        if (!CaseFile.IsPresent) Skip = "The cases are not here: they are looked for in ../shared/conformance/postgrest beside the checkout.";
    }
}
