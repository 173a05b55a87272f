namespace Platform.Http;

/// <summary>The catalogue of numbered problems. Numbers are never reused; a retired one stays here as a comment.</summary>
public static class Problems
{
    // 1000–1099 HTTP
    public static readonly ProblemKind MalformedBody = new("PLT-1001", 400, "Nội dung gửi lên không phải JSON hợp lệ", "The body is not valid JSON");
    public static readonly ProblemKind Invalid = new("PLT-1002", 422, "Dữ liệu gửi lên chưa hợp lệ", "The data sent is not valid");
    public static readonly ProblemKind TooLarge = new("PLT-1003", 413, "Nội dung gửi lên quá lớn", "The body is too large");
    public static readonly ProblemKind UnsupportedMediaType = new("PLT-1004", 415, "Kiểu nội dung không được hỗ trợ", "The content type is not supported");
    public static readonly ProblemKind NotFound = new("PLT-1005", 404, "Không có địa chỉ này", "There is nothing at this address");
    public static readonly ProblemKind MethodNotAllowed = new("PLT-1006", 405, "Địa chỉ này không nhận phương thức đó", "This address does not take that method");
    public static readonly ProblemKind Changed = new("PLT-1007", 412, "Dữ liệu đã được người khác thay đổi", "Somebody else has changed it meanwhile");
    public static readonly ProblemKind BadParameter = new("PLT-1008", 400, "Tham số không hợp lệ", "A parameter is not valid");
    public static readonly ProblemKind Unexpected = new("PLT-1009", 500, "Lỗi ngoài dự kiến; đã được ghi lại", "An unexpected fault; it has been logged");
    public static readonly ProblemKind NotAcceptable = new("PLT-1010", 406, "Không có dạng trả lời được yêu cầu", "The requested format is not available");

    public static readonly ProblemKind KeyOfAnotherRequest = new("PLT-1011", 422, "Khóa Idempotency-Key này đã dùng cho một yêu cầu khác", "This Idempotency-Key was used for another request");
    public static readonly ProblemKind KeyInUse = new("PLT-1012", 409, "Yêu cầu với khóa này đang được thực hiện", "The request with this key is being carried out");
    public static readonly ProblemKind AnswerLost = new("PLT-1013", 409, "Yêu cầu với khóa này đã được thực hiện nhưng câu trả lời không còn", "The request with this key was carried out, but its answer is not there any more");
    public static readonly ProblemKind TooLargeForKey = new("PLT-1014", 413, "Nội dung quá lớn để kèm Idempotency-Key", "The body is too large for an Idempotency-Key");

    public static readonly ProblemKind TooMuch = new("PLT-1015", 429, "Đã gửi quá mức cho phép trong thời gian này", "More was sent than is allowed in this time");
    public static readonly ProblemKind TooManyAtOnce = new("PLT-1016", 429, "Quá nhiều yêu cầu đang được xử lý cùng lúc", "Too many requests are being worked on at once");
    public static readonly ProblemKind Unavailable = new("PLT-1017", 503, "Cơ sở dữ liệu tạm thời không trả lời; hãy gửi lại sau", "The database is not answering at the moment; send it again later");
    public static readonly ProblemKind AddressTooLong = new("PLT-1018", 414, "Địa chỉ quá dài", "The address is too long");

    public static readonly ProblemKind Stopping = new("PLT-1019", 503, "Máy chủ đang dừng; hãy gửi lại phần chưa được trả lời", "The server is stopping; send again what was not answered");

    public static readonly ProblemKind Met = new("PLT-1020", 409, "Thay đổi này trùng lúc với một thay đổi khác và chưa được ghi; hãy gửi lại", "This change met another one at the same moment and was not saved; send it again");

    // 1100–1199 access
    public static readonly ProblemKind NotSignedIn = new("PLT-1101", 401, "Cần mã truy cập hợp lệ", "A valid access token is needed");
    public static readonly ProblemKind NotAllowed = new("PLT-1102", 403, "Vai trò này không được làm việc đó", "This role may not do that");

    public static readonly ProblemKind UnknownClient = new("PLT-1103", 404, "Không có ứng dụng này trong phạm vi của bạn", "There is no such client within your reach");
    public static readonly ProblemKind ClientExists = new("PLT-1104", 409, "Mã ứng dụng này đã có", "This client id is taken");
    public static readonly ProblemKind TooManySecrets = new("PLT-1105", 409, "Ứng dụng đã có hai khóa bí mật; hãy thu hồi một khóa trước", "The client has two secrets already; withdraw one first");
    public static readonly ProblemKind UnknownSecret = new("PLT-1106", 404, "Không có khóa bí mật này", "There is no such secret");
    public static readonly ProblemKind UnknownGrant = new("PLT-1107", 404, "Không có quyền được cấp này trong phạm vi của bạn", "There is no such grant within your reach");
    public static readonly ProblemKind BeyondReach = new("PLT-1108", 422, "Không ai cấp được quyền ngoài phạm vi của mình", "Nobody grants beyond their own reach");
    public static readonly ProblemKind RoleDoesNotFit = new("PLT-1109", 422, "Vai trò này không giữ được ở nơi đó", "This role cannot be held there");
    public static readonly ProblemKind UnknownHolder = new("PLT-1110", 422, "Không có tài khoản này", "There is no such account");
    public static readonly ProblemKind UnknownOperation = new("PLT-1111", 404, "Không có thao tác này", "There is no such operation");
    public static readonly ProblemKind TokenMakesNone = new("PLT-1113", 403, "Không thể tạo mã truy cập bằng một mã truy cập cá nhân", "A personal access token does not make another");
    public static readonly ProblemKind TooManyTokens = new("PLT-1114", 409, "Đã có đủ 20 mã truy cập cá nhân; hãy thu hồi bớt", "There are twenty personal access tokens already; withdraw one first");
    public static readonly ProblemKind UnknownToken = new("PLT-1115", 404, "Không có mã truy cập cá nhân này", "There is no such personal access token");
    public static readonly ProblemKind ClientEnded = new("PLT-1116", 409, "Ứng dụng này đã kết thúc", "This client has ended");
    public static readonly ProblemKind WrongMoment = new("PLT-1112", 422, "Thời điểm không hợp lệ", "The moment cannot be meant");

    // 1200–1299 fields
    public static readonly ProblemKind Required = new("PLT-1201", 422, "Thiếu giá trị bắt buộc", "A required value is missing");
    public static readonly ProblemKind WrongType = new("PLT-1202", 422, "Giá trị sai kiểu", "The value has the wrong type");
    public static readonly ProblemKind TooLong = new("PLT-1203", 422, "Giá trị quá dài", "The value is too long");
    public static readonly ProblemKind OutOfRange = new("PLT-1204", 422, "Giá trị ngoài khoảng cho phép", "The value is out of range");
    public static readonly ProblemKind UnknownWord = new("PLT-1205", 422, "Giá trị không có trong danh mục", "The value is not one of the known ones");
    public static readonly ProblemKind Repeated = new("PLT-1206", 422, "Giá trị bị lặp lại", "The value is repeated");
    public static readonly ProblemKind NotText = new("PLT-1207", 422, "Văn bản chứa ký tự không hợp lệ", "The text holds characters that are not allowed");

    public static readonly ProblemKind UnknownMember = new("PLT-1208", 422, "Không có trường này", "There is no such member");

    // 2000–2999 localities
    public static readonly ProblemKind UnknownLocality = new("PLT-2001", 404, "Không có địa phương này trong phạm vi của bạn", "There is no such locality within your reach");
    public static readonly ProblemKind UnknownAgency = new("PLT-2002", 404, "Không có cơ quan này", "There is no such agency");
    public static readonly ProblemKind AgencyExists = new("PLT-2003", 409, "Địa phương đã có cơ quan với mã này", "The locality already has an agency with this key");
    public static readonly ProblemKind AgencyInUse = new("PLT-2004", 409, "Cơ quan đang được giao nhiệm vụ hoặc có cán bộ", "The agency still has assignments or officers");
    public static readonly ProblemKind VillageExists = new("PLT-2005", 409, "Địa phương đã có thôn này", "The locality already has this village");

    // 2600–2699 tenants
    public static readonly ProblemKind TenantReadOnly = new("PLT-2601", 403, "Địa phương đang tạm ngừng: chỉ được đọc", "The locality is suspended: it can only be read");
    public static readonly ProblemKind TenantClosed = new("PLT-2602", 403, "Địa phương đang tạm đóng", "The locality is closed");
    public static readonly ProblemKind NotOnboarded = new("PLT-2603", 404, "Địa phương này chưa được đưa vào hệ thống", "The locality has not been onboarded");
    public static readonly ProblemKind CompletionTenantClosed = new("PLT-2604", 422, "Địa phương đang tạm đóng nên không nhận lượt hoàn thành", "The locality is closed and takes no completions");
    public static readonly ProblemKind OneReach = new("PLT-2605", 422, "Cần đúng một trong communes, province, nation", "Exactly one of communes, province and nation is needed");
    public static readonly ProblemKind OnboardsCommunes = new("PLT-2606", 422, "Chỉ đưa vào hệ thống xã, phường, đặc khu", "Communes are onboarded, not provinces");

    // 2700–2799 people
    public static readonly ProblemKind SignInRefused = new("PLT-2701", 401, "Sai tài khoản, mật khẩu hoặc mã, hoặc tài khoản đang tạm khóa", "The account, password or code is wrong, or the account is locked for a while");
    public static readonly ProblemKind SecondFactorNeeded = new("PLT-2702", 401, "Cần thêm mã của ứng dụng xác thực hoặc mã khôi phục", "A code of the authenticator app or a recovery code is needed too");
    public static readonly ProblemKind WrongCode = new("PLT-2703", 422, "Mã không đúng hoặc đã dùng", "The code is wrong or was used before");
    public static readonly ProblemKind AntiforgeryNeeded = new("PLT-2704", 403, "Thiếu mã chống giả mạo trong tiêu đề X-Antiforgery-Token", "The antiforgery token is missing in the header X-Antiforgery-Token");
    public static readonly ProblemKind SessionNeeded = new("PLT-2705", 403, "Chỉ người đã đăng nhập mới làm được, không dùng mã truy cập", "Only a person who has signed in may do this, no token");
    public static readonly ProblemKind UnknownSession = new("PLT-2706", 404, "Không có phiên đăng nhập này", "There is no such session");
    public static readonly ProblemKind ShortPassword = new("PLT-2707", 422, "Mật khẩu quá ngắn", "The password is too short");
    public static readonly ProblemKind CommonPassword = new("PLT-2708", 422, "Mật khẩu quá phổ biến hoặc đã bị lộ", "The password is too common or known from a breach");
    public static readonly ProblemKind UnknownPerson = new("PLT-2709", 404, "Không có người này ở dưới quyền bạn", "There is no such person below you");
    public static readonly ProblemKind LinkVoid = new("PLT-2710", 404, "Liên kết không đúng, đã dùng hoặc hết hạn", "The link is wrong, used or over");
    public static readonly ProblemKind PersonExists = new("PLT-2711", 409, "Đã có tài khoản với liên hệ này; hãy đăng nhập rồi nhận lời mời", "There is an account with this contact; sign in and accept with it");
    public static readonly ProblemKind WrongPassword = new("PLT-2712", 422, "Mật khẩu không đúng", "The password is wrong");
    public static readonly ProblemKind NotAContact = new("PLT-2713", 422, "Không phải địa chỉ thư hay số điện thoại", "This is neither an e-mail address nor a telephone number");
    public static readonly ProblemKind AuthenticatorInUse = new("PLT-2714", 409, "Đã có ứng dụng xác thực; hãy gỡ trước", "An authenticator app is set up; remove it first");
    public static readonly ProblemKind NoAuthenticator = new("PLT-2715", 409, "Chưa có ứng dụng xác thực", "No authenticator app is set up");
    public static readonly ProblemKind UnknownInvitation = new("PLT-2716", 404, "Không có lời mời này của bạn", "There is no such invitation of yours");

    public static readonly ProblemKind PasskeyRefused = new("PLT-2717", 422, "Không nhận được khóa đăng nhập này", "This passkey was not accepted");
    public static readonly ProblemKind UnknownPasskey = new("PLT-2718", 404, "Không có khóa đăng nhập này", "There is no such passkey");
    public static readonly ProblemKind TooManyPasskeys = new("PLT-2719", 409, "Đã có đủ 20 khóa đăng nhập; hãy gỡ bớt", "There are twenty passkeys already; remove one first");
    public static readonly ProblemKind IdentityNotLinked = new("PLT-2720", 403, "Danh tính này chưa liên kết với tài khoản nào; hãy đăng nhập bằng mật khẩu rồi liên kết", "No account is linked to this identity; sign in by password and link it");
    public static readonly ProblemKind IdentityLinkedElsewhere = new("PLT-2721", 409, "Danh tính này đã liên kết với tài khoản khác", "This identity is linked to another account");
    public static readonly ProblemKind ExternalFailed = new("PLT-2722", 400, "Đăng nhập ở nhà cung cấp khác không thành", "The sign-in at the other provider failed");
    public static readonly ProblemKind UnknownProvider = new("PLT-2723", 404, "Không có nhà cung cấp đăng nhập này", "There is no such provider");

    // 2724–2749 archives and ends of tenants
    public static readonly ProblemKind NotAnArchive = new("PLT-2724", 422, "Đây không phải tệp lưu trữ của một địa phương", "This is not the archive of a locality");
    public static readonly ProblemKind ArchiveNotBelieved = new("PLT-2725", 422, "Chữ ký của tệp lưu trữ không thuộc hệ thống được tin cậy", "The archive is not signed by an installation that is trusted");
    public static readonly ProblemKind UnknownArchiveFormat = new("PLT-2726", 422, "Tệp lưu trữ thuộc phiên bản khác", "The archive is of another version");
    public static readonly ProblemKind ArchiveDamaged = new("PLT-2727", 422, "Tệp lưu trữ không khớp với bản kê của nó", "The archive is not what its manifest says");
    public static readonly ProblemKind TenantNotEmpty = new("PLT-2728", 409, "Đã có dữ liệu này; chỉ đọc được vào địa phương chưa có gì", "It is here already; an archive is read only into a locality that holds nothing");
    public static readonly ProblemKind ArchiveRefersElsewhere = new("PLT-2729", 422, "Tệp lưu trữ dẫn đến dữ liệu không có ở đây", "The archive refers to what is not here");
    public static readonly ProblemKind PseudonymKeyMissing = new("PLT-2730", 422, "Thiếu khóa bí danh đã tạo tên người học trong tệp lưu trữ", "The pseudonym key that made the archive's names of learners is not here");
    public static readonly ProblemKind EngineWithoutArchives = new("PLT-2731", 501, "Cơ sở dữ liệu này chưa hỗ trợ lưu trữ và xóa địa phương", "Tenants are neither archived nor deleted on this database engine");
    public static readonly ProblemKind TenantNotClosed = new("PLT-2732", 409, "Phải đóng địa phương (Closed) trước khi xóa", "A tenant is closed before it is deleted");
    public static readonly ProblemKind CodeNotRepeated = new("PLT-2733", 422, "Phải nhập lại đúng mã của địa phương", "The locality's code must be repeated");
    public static readonly ProblemKind NothingSigned = new("PLT-2735", 404, "Hệ thống này chưa ký tệp nào nên chưa có khóa", "This installation has signed nothing yet, so it has no key");
    public static readonly ProblemKind TenantReferredTo = new("PLT-2734", 409, "Địa phương khác còn dẫn đến dữ liệu này", "Other localities refer to what would be deleted");

    // 2770–2799 reorganisations of communes
    public static readonly ProblemKind UnknownReorganisation = new("PLT-2770", 404, "Không có đợt sắp xếp này", "There is no such reorganisation");
    public static readonly ProblemKind OfOneProvince = new("PLT-2771", 422, "Các xã sắp xếp phải thuộc cùng một tỉnh", "Communes that are reorganised lie in one province");
    public static readonly ProblemKind LocalityEnded = new("PLT-2772", 422, "Địa phương này đã kết thúc theo một đợt sắp xếp", "A reorganisation has ended this locality");
    public static readonly ProblemKind CodeInUse = new("PLT-2773", 422, "Mã này đã được dùng; mã địa phương không bao giờ dùng lại", "This code was used before; codes are never used again");
    public static readonly ProblemKind MergeShape = new("PLT-2774", 422, "Nhập là từ hai xã trở lên thành đúng một xã mới", "A merge makes one new commune of two or more");
    public static readonly ProblemKind SplitShape = new("PLT-2775", 422, "Chia, tách là từ một xã thành hai xã trở lên; xã cũ có thể còn lại", "A split makes two or more communes of one, which may be among them");
    public static readonly ProblemKind NotInForceYet = new("PLT-2776", 422, "Ngày hiệu lực phải từ khi các xã cũ có và không sau hôm nay", "The effective day lies after the first day of the old communes and not after today");
    public static readonly ProblemKind PersonRequestsOpen = new("PLT-2777", 409, "Xã còn yêu cầu về dữ liệu cá nhân chưa trả lời", "A commune still has requests about personal data to answer");
    public static readonly ProblemKind AlreadyReversed = new("PLT-2778", 409, "Đợt sắp xếp này đã được hoàn tác", "This reorganisation has been taken back");
    public static readonly ProblemKind ReorganisedSince = new("PLT-2779", 409, "Các xã này đã được sắp xếp tiếp; hãy hoàn tác đợt sau trước", "These communes have been reorganised since; take the later one back first");
    public static readonly ProblemKind NewcomersNeedPlace = new("PLT-2780", 409, "Có người học mới từ khi sắp xếp; hãy nêu xã nhận họ trong newcomers", "There are learners who came since; say in newcomers which commune they go to");
    public static readonly ProblemKind CompletionLocalitySplit = new("PLT-2781", 422, "Xã này đã chia thành nhiều xã; hãy ghi mã xã mới", "This commune became several; name the new one");
    public static readonly ProblemKind ReorganisationNotHere = new("PLT-2782", 501, "Hệ quản trị dữ liệu này chưa hỗ trợ sắp xếp địa phương", "Reorganisations are not available on this database engine yet");
    public static readonly ProblemKind ReorganisesCommunes = new("PLT-2783", 422, "Chỉ sắp xếp xã, phường, đặc khu", "Communes are reorganised, not provinces");
    public static readonly ProblemKind LearnerElsewhere = new("PLT-2784", 422, "Xã này không có người học này", "The commune has no such learner");
    public static readonly ProblemKind ResumeFirst = new("PLT-2785", 409, "Xã đang tạm ngừng; hãy mở lại trước khi sắp xếp", "A commune is suspended; resume it before it is reorganised");
    public static readonly ProblemKind NotOfThisReorganisation = new("PLT-2786", 422, "Xã này không thuộc đợt sắp xếp", "This commune is not of the reorganisation");
    public static readonly ProblemKind BadCode = new("PLT-2787", 422, "Mã xã gồm năm chữ số", "A commune's code has five digits");

    // 2800–2899 personal data
    public static readonly ProblemKind UnknownRequest = new("PLT-2801", 404, "Không có yêu cầu này", "There is no such request");
    public static readonly ProblemKind RequestInAnotherState = new("PLT-2802", 409, "Trạng thái của yêu cầu không cho phép việc này", "The request's state does not allow this");
    public static readonly ProblemKind RequestOfAnotherKind = new("PLT-2803", 409, "Loại yêu cầu này không cho phép việc đó", "A request of this kind does not allow that");
    public static readonly ProblemKind PersonNotNamed = new("PLT-2804", 422, "Cần đúng một cách nêu người: số định danh, hoặc đơn vị cùng mã người học", "Name the person in one way: a citizen number, or a vendor with its learner id");
    public static readonly ProblemKind UnknownVendor = new("PLT-2805", 422, "Không có đơn vị gửi dữ liệu này", "There is no such vendor");
    public static readonly ProblemKind RequestsBelongToCommunes = new("PLT-2806", 409, "Yêu cầu về dữ liệu cá nhân được tiếp nhận ở xã", "Requests about personal data are kept by communes");
    public static readonly ProblemKind NobodyHere = new("PLT-2807", 409, "Xã không lưu dữ liệu nào của người này", "Nothing of this person lies in this commune");
    public static readonly ProblemKind ErasureNotHere = new("PLT-2808", 501, "Hệ quản trị dữ liệu này chưa hỗ trợ xóa theo yêu cầu", "Erasure is not available on this database engine yet");
    public static readonly ProblemKind CompletionErased = new("PLT-2809", 409, "Lượt hoàn thành này đã được xóa theo yêu cầu của người học", "This completion was erased at the learner's request");

    // 3000–3999 plans
    public static readonly ProblemKind UnknownPlan = new("PLT-3001", 404, "Không có kế hoạch này", "There is no such plan");
    public static readonly ProblemKind NotADraft = new("PLT-3002", 409, "Kế hoạch đã ban hành; hãy lập bản sửa đổi", "The plan has been issued; make an amendment");
    public static readonly ProblemKind WrongStatus = new("PLT-3003", 409, "Kế hoạch không ở trạng thái cho phép việc này", "The plan's status does not allow this");
    public static readonly ProblemKind UnknownTarget = new("PLT-3004", 404, "Không có chỉ tiêu này", "There is no such target");
    public static readonly ProblemKind UnknownTask = new("PLT-3005", 404, "Không có nhiệm vụ này", "There is no such task");
    public static readonly ProblemKind UnknownImplemented = new("PLT-3006", 422, "Không tìm thấy kế hoạch cấp trên được dẫn", "The implemented plan was not found");
    public static readonly ProblemKind EmptyPlan = new("PLT-3007", 409, "Kế hoạch chưa có chỉ tiêu hoặc nhiệm vụ nên chưa thể ban hành", "A plan without targets or tasks cannot be issued");
    public static readonly ProblemKind UnknownParent = new("PLT-3008", 422, "Không có nhiệm vụ cha này trong kế hoạch", "The plan has no such parent task");
    public static readonly ProblemKind TaskInUse = new("PLT-3009", 409, "Nhiệm vụ còn nhiệm vụ con hoặc mô hình", "The task still has sub-tasks or initiatives");

    // 4000–4999 assignments
    public static readonly ProblemKind SecondLead = new("PLT-4001", 422, "Nhiệm vụ chỉ có một cơ quan chủ trì", "A task has one leading agency");
    public static readonly ProblemKind UnknownRole = new("PLT-4002", 422, "Không có vai trò này", "There is no such role");
    public static readonly ProblemKind AssignedAgencyUnknown = new("PLT-4003", 422, "Cơ quan được giao không có trong địa phương", "The assigned agency is not in the locality");
    public static readonly ProblemKind AssignedTaskUnknown = new("PLT-4004", 422, "Nhiệm vụ được giao không có trong kế hoạch", "The assigned task is not in the plan");

    // 5000–5999 completions
    public static readonly ProblemKind NotAnArray = new("PLT-5001", 422, "Cần một mảng JSON các lượt hoàn thành", "A JSON array of completions is needed");
    public static readonly ProblemKind BatchTooLong = new("PLT-5002", 413, "Mỗi lần gửi tối đa 10.000 lượt hoàn thành", "A batch holds at most 10,000 completions");
    public static readonly ProblemKind CompletionLocalityUnknown = new("PLT-5003", 422, "Không có địa phương với mã này", "There is no locality with this code");
    public static readonly ProblemKind CompletionLocalityNotGranted = new("PLT-5004", 422, "Không được giao gửi cho địa phương này", "Completions for this locality are not granted to you");
    public static readonly ProblemKind UnknownCourse = new("PLT-5005", 422, "Không có khóa học với mã này", "There is no course with this code");
    public static readonly ProblemKind InTheFuture = new("PLT-5006", 422, "Thời điểm hoàn thành ở tương lai", "The completion lies in the future");
    public static readonly ProblemKind NoLearner = new("PLT-5007", 422, "Thiếu mã người học hoặc số định danh", "A learner id or a citizen number is needed");
    public static readonly ProblemKind BadCitizenId = new("PLT-5008", 422, "Số định danh phải gồm 12 chữ số", "A citizen number has 12 digits");
    public static readonly ProblemKind SameIdOtherContent = new("PLT-5009", 409, "Mã này đã được gửi với nội dung khác", "This id was sent before with other content");
    public static readonly ProblemKind NotACompletion = new("PLT-5010", 422, "Dòng này không phải một lượt hoàn thành", "This row is not a completion");
    public static readonly ProblemKind TooEarly = new("PLT-5011", 422, "Thời điểm hoàn thành trước khi phong trào bắt đầu", "The completion lies before the movement began");
    public static readonly ProblemKind NotACommune = new("PLT-5012", 422, "Lượt hoàn thành phải thuộc một xã, phường hoặc đặc khu", "A completion belongs to a commune, not to a province");

    public static readonly ProblemKind BatchIsAtomic = new("PLT-5020", 422, "Không lưu vì lô gửi chọn «tất cả hoặc không» và có dòng khác bị lỗi", "Not stored: the batch is all or none, and another row failed");
    public static readonly ProblemKind CitizenNumberInClear = new("PLT-5021", 422, "Không được ghi số định danh ở đây; mã và lý do được lưu nguyên văn", "This is stored as it is and must not hold a citizen number");
    public static readonly ProblemKind CompletionIsVoid = new("PLT-5022", 409, "Lượt hoàn thành này đã được hủy", "This completion was declared void");
    public static readonly ProblemKind AlreadyVoid = new("PLT-5024", 409, "Lượt hoàn thành này đã được hủy trước đó", "This completion has been declared void before");

    // 5060–5099 formats, streams, imports
    public static readonly ProblemKind LineNotJson = new("PLT-5060", 422, "Dòng này không phải JSON hợp lệ", "This line is not valid JSON");
    public static readonly ProblemKind RowTooLong = new("PLT-5061", 422, "Dòng dài quá 64 KB", "The row is longer than 64 KB");
    public static readonly ProblemKind DamagedBody = new("PLT-5062", 400, "Nội dung nén bị hỏng", "The compressed body is damaged");
    public static readonly ProblemKind UnknownCoding = new("PLT-5063", 415, "Kiểu nén không được hỗ trợ", "The content coding is not supported");
    public static readonly ProblemKind UnknownColumn = new("PLT-5064", 422, "Không nhận ra cột này", "This column is not known");
    public static readonly ProblemKind MissingColumn = new("PLT-5065", 422, "Thiếu cột", "A column is missing");
    public static readonly ProblemKind TooFewCells = new("PLT-5090", 422, "Dòng có ít ô hơn tiêu đề", "The row has fewer cells than the header");
    public static readonly ProblemKind NothingCompleted = new("PLT-5091", 422, "Người học chưa hoàn thành khóa học", "The learner has completed nothing");
    public static readonly ProblemKind RowsBusy = new("PLT-5092", 503, "Các dòng này đang được ghi ở nơi khác; hãy gửi lại sau", "These rows are being written elsewhere; send them again later");
    public static readonly ProblemKind TooManyCells = new("PLT-5066", 422, "Dòng có nhiều ô hơn tiêu đề", "The row has more cells than the header");
    public static readonly ProblemKind NotUtf8 = new("PLT-5067", 422, "Nội dung không phải UTF-8", "The text is not UTF-8");
    public static readonly ProblemKind QuoteNotClosed = new("PLT-5068", 422, "Dấu nháy chưa đóng", "A quote is not closed");
    public static readonly ProblemKind NoHeader = new("PLT-5069", 422, "Bảng không có dòng tiêu đề", "The table has no header");
    public static readonly ProblemKind WholeTooLong = new("PLT-5070", 413, "Gửi trọn gói hoặc chạy thử tối đa 2.000 dòng", "All-or-none and dry runs hold at most 2,000 rows");
    public static readonly ProblemKind NothingRejected = new("PLT-5071", 404, "Không có hoặc không còn dòng bị từ chối", "There are no rejected rows, or no longer");
    public static readonly ProblemKind UnknownCompletion = new("PLT-5072", 404, "Không có lượt hoàn thành này trong số bạn đã gửi", "There is no such completion among yours");
    public static readonly ProblemKind OneSource = new("PLT-5073", 422, "Cần đúng một trong columns, template, constant", "Exactly one of columns, template and constant is needed");
    public static readonly ProblemKind PersonalId = new("PLT-5074", 422, "Mã hoàn thành không được chứa thông tin cá nhân; hãy đặt pseudonym: true", "A completion's id must not hold what identifies a person; set pseudonym: true");
    public static readonly ProblemKind UnknownImport = new("PLT-5075", 404, "Không có lần nhập này trong số của bạn", "There is no such import of yours");
    public static readonly ProblemKind ImportEnded = new("PLT-5076", 409, "Lần nhập đã kết thúc", "The import has ended");
    public static readonly ProblemKind ImportNotPaused = new("PLT-5077", 409, "Lần nhập không tạm dừng", "The import is not paused");
    public static readonly ProblemKind ImportFolderFull = new("PLT-5078", 507, "Không còn chỗ cho tệp nhập; hãy thử lại sau", "There is no room for the file; try again later");
    public static readonly ProblemKind ImportFileLost = new("PLT-5079", 500, "Tệp nhập không còn", "The import's file is gone");
    public static readonly ProblemKind ImportWithoutFile = new("PLT-5080", 422, "Biểu mẫu không có tệp", "The form has no file");
    public static readonly ProblemKind NotAWorkbook = new("PLT-5081", 422, "Không đọc được sổ tính Excel (XLSX)", "The Excel workbook (XLSX) cannot be read");
    public static readonly ProblemKind NoRows = new("PLT-5059", 422, "Tệp không có dòng dữ liệu nào", "The file has no rows of data");
    public static readonly ProblemKind TooManyFilesWaiting = new("PLT-5087", 429, "Đang có quá nhiều tệp của đơn vị chờ nhập", "Too many of the vendor's files are waiting to be imported");
    public static readonly ProblemKind UnknownMapping = new("PLT-5082", 404, "Không có ánh xạ cột này", "There is no such mapping of columns");
    public static readonly ProblemKind MappingIsPreset = new("PLT-5083", 409, "Ánh xạ có sẵn không đổi được; hãy dùng tên khác", "A preset cannot be changed; use another name");
    public static readonly ProblemKind MappingNeedsTable = new("PLT-5084", 422, "Ánh xạ cột chỉ dùng cho CSV và XLSX", "A mapping of columns is for CSV and XLSX only");

    public static readonly ProblemKind OnlyVendorsHaveGrounds = new("PLT-5085", 422, "Chỉ đơn vị gửi lượt hoàn thành mới khai căn cứ xử lý", "Only a vendor declares by which right it sends");

    // 5086–5099 people, beside 2700–2799
    public static readonly ProblemKind OwnAccount = new("PLT-5086", 409, "Không ai tự làm việc này với tài khoản của mình", "Nobody does this to their own account");

    // 5600–5649 skill framework, confirmations
    public static readonly ProblemKind UnknownUnit = new("PLT-5601", 422, "Khung kỹ năng không có đơn vị này", "The skill framework has no such unit");
    public static readonly ProblemKind UnknownRule = new("PLT-5602", 404, "Không có quy tắc này", "There is no such rule");
    public static readonly ProblemKind RuleTooEarly = new("PLT-5603", 409, "Quy tắc không thể có hiệu lực trước phiên bản hiện có", "A rule cannot be in force before the version there is");
    public static readonly ProblemKind RuleInForce = new("PLT-5610", 409, "Phiên bản này đang hoặc đã có hiệu lực; hãy làm phiên bản khác", "This version is or was in force; make another");
    public static readonly ProblemKind RecordedHasNoUnits = new("PLT-5604", 422, "Quy tắc theo tự khai hoặc xác nhận của cơ quan không có đơn vị và điểm", "A rule by declarations or agencies has no units and no score");
    public static readonly ProblemKind RuleCannotBeMet = new("PLT-5605", 422, "Không đủ đơn vị có khóa học nên không ai đạt được quy tắc này", "Too few of its units have a course, so nobody could meet this rule");
    public static readonly ProblemKind NoSuchCourse = new("PLT-5606", 404, "Không có khóa học này", "There is no such course");
    public static readonly ProblemKind CourseExists = new("PLT-5609", 409, "Đã có khóa học mang mã này", "There is a course of this code already");
    public static readonly ProblemKind UnknownConfirmation = new("PLT-5607", 404, "Địa phương không ghi nhận xác nhận này", "The locality has recorded no such confirmation");
    public static readonly ProblemKind ConfirmationWithdrawn = new("PLT-5608", 409, "Xác nhận này đã được rút lại", "This confirmation has been withdrawn");

    // 6000–6999 figures
    public static readonly ProblemKind NotReported = new("PLT-6001", 409, "Số liệu của chỉ tiêu này không lấy từ báo cáo", "This target's figures do not come from reports");

    // 7000–7099 webhooks
    public static readonly ProblemKind UnknownWebhook = new("PLT-7001", 404, "Không có webhook này", "There is no such webhook");
    public static readonly ProblemKind TooManyWebhooks = new("PLT-7002", 409, "Đã đủ số webhook cho phép", "There are as many webhooks as allowed");
    public static readonly ProblemKind WebhookAddressRefused = new("PLT-7003", 422, "Địa chỉ phải dùng https và nằm trên Internet công cộng", "The address must be https and lie in the open internet");
    public static readonly ProblemKind UnknownDelivery = new("PLT-7004", 404, "Không có lượt gửi này", "There is no such delivery");
    public static readonly ProblemKind WebhookDisabled = new("PLT-7005", 409, "Webhook này đang tắt; hãy bật lại trước", "This webhook is switched off; switch it on first");

    /// <summary>Every problem in order of its number.</summary>
    public static IReadOnlyList<ProblemKind> All { get; } =
        [.. typeof(Problems).GetFields().Where(f => f.FieldType == typeof(ProblemKind)).Select(f => (ProblemKind)f.GetValue(null)!).OrderBy(p => p.Code)];
}
