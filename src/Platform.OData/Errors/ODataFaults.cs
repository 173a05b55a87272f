namespace Platform.OData;

/// <summary>
/// The catalogue of numbered errors: 1xxx the URL, 2xxx negotiation, 3xxx not supported, 4xxx limits, 5xxx running.
/// </summary>
public static class ODataFaults
{
    internal static readonly ODataFault BadUrl = new(400, "OD-1001",
        "Địa chỉ không đúng cú pháp OData", "The URL is not valid OData",
        "Sửa phần được nêu trong thông báo.", "Correct the part that the message names.");

    internal static readonly ODataFault UnknownProperty = new(400, "OD-1002",
        "Không có thuộc tính này", "There is no such property",
        "Xem tên thuộc tính trong $metadata.", "See $metadata for the names.");

    internal static readonly ODataFault UnknownResource = new(404, "OD-1003",
        "Không có tài nguyên này", "There is no such resource",
        "Xem danh sách tập thực thể ở tài liệu dịch vụ.", "See the service document for the entity sets.");

    internal static readonly ODataFault NotFound = new(404, "OD-1004",
        "Không tìm thấy thực thể", "The entity was not found",
        "Kiểm tra khóa; thực thể ngoài phạm vi của bạn cũng được báo là không có.",
        "Check the key; an entity outside your scope is reported as missing too.");

    internal static readonly ODataFault TypeMismatch = new(400, "OD-1005",
        "Kiểu dữ liệu không khớp", "The types do not match",
        "So sánh và tính toán trên các giá trị cùng kiểu.", "Compare and compute values of one type.");

    internal static readonly ODataFault BadToken = new(400, "OD-1006",
        "Liên kết không hợp lệ cho truy vấn này", "The link is not valid for this query",
        "Đi theo @odata.nextLink hay @odata.deltaLink nguyên vẹn, hoặc bắt đầu lại từ đầu.",
        "Follow @odata.nextLink or @odata.deltaLink unchanged, or start again.");

    internal static readonly ODataFault BadBatch = new(400, "OD-1007",
        "Lô yêu cầu $batch không đúng định dạng", "The $batch request is malformed",
        "Gửi JSON theo OData 4.01 hoặc multipart/mixed theo OData 4.0.", "Send OData 4.01 JSON or OData 4.0 multipart/mixed.");

    internal static readonly ODataFault DependencyFailed = new(424, "OD-1008",
        "Không chạy vì yêu cầu mà nó phụ thuộc đã lỗi", "Not run, because a request that it depends on failed",
        "Sửa yêu cầu được nêu rồi gửi lại.", "Correct the request named and send again.");

    internal static readonly ODataFault DeltaGone = new(410, "OD-1009",
        "Liên kết thay đổi không còn dùng được", "The delta link can no longer be used",
        "Đọc lại từ đầu với Prefer: odata.track-changes.", "Start again with Prefer: odata.track-changes.");

    internal static readonly ODataFault MethodNotAllowed = new(405, "OD-2001",
        "Dịch vụ này chỉ để đọc", "This service is read-only",
        "Dùng GET hoặc HEAD; POST chỉ cho $batch và $query.", "Use GET or HEAD; POST is for $batch and $query only.");

    internal static readonly ODataFault NotAcceptable = new(406, "OD-2002",
        "Không có định dạng được yêu cầu", "The requested format is not available",
        "Dùng application/json; $metadata còn có application/xml.",
        "Use application/json; $metadata is also application/xml.");

    internal static readonly ODataFault BadVersion = new(400, "OD-2003",
        "Phiên bản OData không được hỗ trợ", "The OData version is not supported",
        "Dùng OData-MaxVersion 4.0 hoặc 4.01.", "Use OData-MaxVersion 4.0 or 4.01.");

    internal static readonly ODataFault UnknownContent = new(415, "OD-2004",
        "Không đọc được kiểu nội dung gửi lên", "The content type sent cannot be read",
        "$batch: application/json hoặc multipart/mixed; $query: text/plain.", "$batch: application/json or multipart/mixed; $query: text/plain.");

    internal static readonly ODataFault Changed = new(412, "OD-2005",
        "Dữ liệu không còn ở phiên bản được yêu cầu", "What is there is not the version asked for",
        "Bỏ If-Match để đọc phiên bản hiện có.", "Leave If-Match out to read the present version.");

    internal static readonly ODataFault NotSupported = new(501, "OD-3001",
        "Phần này của OData chưa được hỗ trợ", "This part of OData is not supported",
        "Viết truy vấn không dùng phần được nêu.", "Write the query without the part named.");

    internal static readonly ODataFault NotTranslatable = new(501, "OD-3002",
        "Cơ sở dữ liệu không tính được biểu thức này", "The database cannot evaluate this expression",
        "Viết truy vấn đơn giản hơn.", "Write a simpler query.");

    internal static readonly ODataFault TooComplex = new(400, "OD-4001",
        "Truy vấn vượt quá giới hạn", "The query exceeds a limit",
        "Giảm phần được nêu xuống trong giới hạn.", "Reduce the part named to within the limit.");

    internal static readonly ODataFault TooSlow = new(422, "OD-4002",
        "Truy vấn chạy quá lâu nên đã bị dừng", "The query ran too long and was cancelled",
        "Lọc hẹp hơn, hoặc gộp bằng $apply.", "Filter more narrowly, or aggregate with $apply.");

    internal static readonly ODataFault TooLarge = new(422, "OD-4003",
        "Truy vấn phải đọc quá nhiều dòng", "The query would go through too many rows",
        "Lọc hẹp hơn trước khi dùng any, all, $count hoặc gộp nhiều tầng.", "Filter more narrowly before any, all, $count or nested aggregation.");

    internal static readonly ODataFault BadData = new(400, "OD-5001",
        "Biểu thức không tính được trên dữ liệu", "The expression cannot be evaluated on the data",
        "Tránh chia cho 0 và các giá trị ngoài phạm vi.", "Avoid division by zero and values out of range.");

    internal static readonly ODataFault Unavailable = new(503, "OD-5002",
        "Cơ sở dữ liệu tạm thời không trả lời", "The database is not answering at the moment",
        "Thử lại sau ít phút.", "Try again in a few minutes.");

    /// <summary>All numbered errors, in order of their codes.</summary>
    public static IReadOnlyList<ODataFault> All { get; } =
    [
        BadUrl, UnknownProperty, UnknownResource, NotFound, TypeMismatch, BadToken, BadBatch, DependencyFailed, DeltaGone,
        MethodNotAllowed, NotAcceptable, BadVersion, UnknownContent, Changed,
        NotSupported, NotTranslatable,
        TooComplex, TooSlow, TooLarge,
        BadData, Unavailable,
    ];
}
