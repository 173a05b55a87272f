using System.Xml;
using Microsoft.OData.Edm;
using Microsoft.OData.UriParser;

namespace Platform.OData.Parsing;

/// <summary>
/// Name and type resolution as 4.01 wants it. The library knows no promotion between decimal and double and would
/// refuse to compare them; they meet as double here, and <c>Operands</c> decides what is computed.
/// </summary>
internal sealed class LenientResolver : ODataUriResolver
{
    static LenientResolver() => MoreFunctions.Declare();

    public override void PromoteBinaryOperandTypes(
        BinaryOperatorKind binaryOperatorKind, ref SingleValueNode leftNode, ref SingleValueNode rightNode, out IEdmTypeReference typeReference)
    {
        var (left, right) = (leftNode.TypeReference, rightNode.TypeReference);
        if (left is not null && right is not null
            && ((left.IsDecimal() && right.IsDouble()) || (left.IsDouble() && right.IsDecimal())))
        {
            var meeting = EdmCoreModel.Instance.GetDouble(isNullable: true);
            leftNode = new ConvertNode(leftNode, meeting);
            rightNode = new ConvertNode(rightNode, meeting);
        }
        rightNode = AsDuration(binaryOperatorKind, left, rightNode);
        base.PromoteBinaryOperandTypes(binaryOperatorKind, ref leftNode, ref rightNode, out typeReference);
    }

    /// <summary>4.01 lets a duration be written without its prefix; beside an instant only a duration can be meant.</summary>
    private static SingleValueNode AsDuration(BinaryOperatorKind kind, IEdmTypeReference? instant, SingleValueNode node)
    {
        if (kind is not (BinaryOperatorKind.Add or BinaryOperatorKind.Subtract) || !(instant?.IsDateTimeOffset() == true || instant?.IsDate() == true)
            || node is not ConstantNode { Value: string text })
            return node;
        try
        {
            return new ConstantNode(XmlConvert.ToTimeSpan(text), $"duration'{text}'", EdmCoreModel.Instance.GetDuration(isNullable: false));
        }
        catch (FormatException)
        {
            return node;
        }
    }
}
