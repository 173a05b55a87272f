using Microsoft.OData.Edm;
using Microsoft.OData.UriParser;

namespace Platform.OData.Parsing;

/// <summary>
/// Name and type resolution as 4.01 wants it. The library knows no promotion between decimal and double and would
/// refuse to compare them; they meet as double here, and <c>Operands</c> decides what is computed.
/// </summary>
internal sealed class LenientResolver : ODataUriResolver
{
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
        base.PromoteBinaryOperandTypes(binaryOperatorKind, ref leftNode, ref rightNode, out typeReference);
    }
}
