using System.Text.Json.Nodes;

namespace Platform.Http;

/// <summary>Request bodies that the documentation page shows, by operation.</summary>
internal static class RequestExamples
{
    /// <summary>Replacing takes the same body as making.</summary>
    private static readonly Dictionary<string, string> Alike = new()
    {
        ["ReplaceAgency"] = "CreateAgency",
        ["ReplacePlan"] = "CreatePlan",
        ["ReplaceTarget"] = "AddTarget",
        ["ReplaceTask"] = "AddTask",
        ["CreateImport"] = "PushCompletions",
        ["ReplaceRecoveryCodes"] = "RemoveAuthenticator",
        ["ReplaceWebhook"] = "CreateWebhook",
    };

    internal static IEnumerable<(string OperationId, JsonNode Body)> All =>
        Bodies.Select(b => (b.Key, b.Value)).Concat(Alike.Select(a => (a.Key, Bodies[a.Value].DeepClone())));

    private static Dictionary<string, JsonNode> Bodies => new()
    {
        ["CreateClient"] = JsonNode.Parse("""{"clientId":"lms-binh-dan-hoc-vu","name":"Nền tảng học trực tuyến","province":"19","vendor":true,"legalGround":"PublicTask"}""")!,
        ["DeclareLegalGround"] = JsonNode.Parse("""{"ground":"PublicTask"}""")!,
        ["CreateClientSecret"] = JsonNode.Parse("""{"expiresAt":"2027-12-31T23:59:59+07:00"}""")!,
        ["CreatePersonalAccessToken"] = JsonNode.Parse("""{"name":"Excel của phòng Văn hóa","scopes":["localities.read"],"expiresAt":"2026-12-31T23:59:59+07:00"}""")!,
        ["CreateGrant"] = JsonNode.Parse("""{"holder":"so-vhtt-19-bao-cao","role":"ProvinceViewer","locality":"19"}""")!,
        ["SignInWithPassword"] = JsonNode.Parse("""{"login":"lan@khason.example.vn","password":"con trâu gặm cỏ bờ đê","code":"123456"}""")!,
        ["ChangePassword"] = JsonNode.Parse("""{"password":"con trâu gặm cỏ bờ đê","newPassword":"bốn mùa hoa nở ven sông"}""")!,
        ["CreateAuthenticator"] = JsonNode.Parse("""{"password":"con trâu gặm cỏ bờ đê"}""")!,
        ["ConfirmAuthenticator"] = JsonNode.Parse("""{"code":"123456"}""")!,
        ["RemoveAuthenticator"] = JsonNode.Parse("""{"password":"con trâu gặm cỏ bờ đê","code":"123456"}""")!,
        ["InvitePasskey"] = JsonNode.Parse("""{"password":"con trâu gặm cỏ bờ đê"}""")!,
        ["CreatePasskey"] = JsonNode.Parse("""{"name":"Điện thoại của tôi","credential":{"id":"…","rawId":"…","type":"public-key","response":{"clientDataJSON":"…","attestationObject":"…"},"clientExtensionResults":{}}}""")!,
        ["SignInWithPasskey"] = JsonNode.Parse("""{"credential":{"id":"…","rawId":"…","type":"public-key","response":{"clientDataJSON":"…","authenticatorData":"…","signature":"…","userHandle":"…"},"clientExtensionResults":{}}}""")!,
        ["CreateInvitation"] = JsonNode.Parse("""{"contact":"lan@khason.example.vn","role":"CommuneAdmin","locality":"05953"}""")!,
        ["AcceptInvitation"] = JsonNode.Parse("""{"token":"0198f0c2a7b17c3d9a4e5f60718293a4.9c1e","name":"Nguyễn Thị Lan","password":"con trâu gặm cỏ bờ đê"}""")!,
        ["JoinByInvitation"] = JsonNode.Parse("""{"token":"0198f0c2a7b17c3d9a4e5f60718293a4.9c1e"}""")!,
        ["ResetPassword"] = JsonNode.Parse("""{"token":"0198f0c2a7b17c3d9a4e5f60718293a4.9c1e","password":"bốn mùa hoa nở ven sông"}""")!,
        ["OnboardTenants"] = JsonNode.Parse("""{"province":"19","admin":"Invitation"}""")!,
        ["CreateReorganisation"] = JsonNode.Parse("""
            { "kind": "Merge", "from": ["05950", "05953"], "into": [{ "code": "05999", "kind": "Xã", "name": "Kha Sơn Mới" }], "effectiveOn": "2026-07-01",
              "legalBasis": "Nghị quyết số …/NQ-UBTVQH15", "reason": "Sắp xếp đơn vị hành chính cấp xã năm 2026" }
            """)!,
        ["ReverseReorganisation"] = JsonNode.Parse("""{"reason":"Nghị quyết được bãi bỏ","newcomers":"05953"}""")!,
        ["DeleteTenant"] = JsonNode.Parse("""{"code":"05953","reason":"Nhập vào xã khác; đã lưu trữ ngày 20/11/2026"}""")!,
        ["SetTenantState"] = JsonNode.Parse("""{"state":"ReadOnly","reason":"Rà soát dữ liệu sau sắp xếp địa giới"}""")!,
        ["RecordRequest"] = JsonNode.Parse("""{"kind":"Access","person":{"citizenNumber":"019099000123"},"channel":"InPerson","receivedAt":"2026-11-20T09:00:00+07:00","note":"Hẹn trả lời tại bộ phận một cửa"}""")!,
        ["AnswerRequest"] = JsonNode.Parse("""{"outcome":"Done","reason":"Đã giao bản sao dữ liệu"}""")!,
        ["CreateAgency"] = JsonNode.Parse("""{"key":"cong-an-xa","name":"Công an xã","kind":"Police"}""")!,
        ["CreateVillage"] = JsonNode.Parse("""{"kind":"Xóm","name":"Mai Sơn"}""")!,
        ["CreatePlan"] = JsonNode.Parse("""
            {
              "number": null, "symbol": "KH-UBND", "title": "Bình dân học vụ số năm 2026", "issuer": "UBND xã", "fromYear": 2026, "toYear": 2026,
              "implements": { "locality": "19", "number": "05-KH/BCĐ" },
              "legalBases": [{ "number": "57-NQ/TW", "kind": "Nghị quyết", "issuedOn": "2024-12-22", "issuer": "Bộ Chính trị", "relation": "Basis" }],
              "agencies": [{ "key": "cong-an-xa", "name": "Công an xã", "kind": "Police" }],
              "targets": [{ "number": "III.1", "year": 2026, "audience": "Citizens", "title": "Người dân có kỹ năng số", "measure": "DigitalSkills",
                            "bound": "=", "value": 100, "unit": "Percent", "source": "Completions", "population": "Adults" }],
              "tasks": [{ "number": "1", "title": "Truyền thông" },
                        { "number": "1.1", "parent": "1", "title": "Đưa tin trên đài truyền thanh", "schedule": { "kind": "Ongoing", "text": "Thường xuyên" },
                          "assignments": [{ "agency": "cong-an-xa", "role": "Lead" }] }]
            }
            """)!,
        ["AddTarget"] = JsonNode.Parse("""{"number":"III.10","year":2026,"audience":"Students","title":"Học sinh có kỹ năng số","measure":"DigitalSkills","bound":"≥","value":80,"unit":"Percent","source":"Completions"}""")!,
        ["AddTask"] = JsonNode.Parse("""{"number":"1.4","parent":"1","title":"Phát tờ rơi tại chợ","schedule":{"kind":"Recurring","text":"Định kỳ hằng tháng","recurrence":"Monthly"}}""")!,
        ["IssuePlan"] = JsonNode.Parse("""{"number":"12/KH-UBND","issuedOn":"2026-04-15","signer":"Nguyễn Văn A"}""")!,
        ["ReplaceAssignmentMatrix"] = JsonNode.Parse("""{"rows":[{"task":"1.1","roles":{"cong-an-xa":["Lead"]}}]}""")!,
        ["PushCompletions"] = JsonNode.Parse("""
            [{ "id": "A-1", "learner": { "id": "hv-1029", "citizenId": "019099000123" }, "locality": "05953", "course": "KNS-CD-01", "audience": "Citizens",
               "completedAt": "2026-03-01T08:00:00+07:00", "score": 85, "passed": true }]
            """)!,
        ["CreateWebhook"] = JsonNode.Parse("""{"url":"https://lms.example.vn/platform-events","events":["import.finished"],"description":"Nhập tệp cuối tháng"}""")!,
        ["PutUnits"] = JsonNode.Parse("""[{"code":"DigitalSafety","nameVi":"An toàn trên môi trường số","nameEn":"Safety online"}]""")!,
        ["CreateCourse"] = JsonNode.Parse("""{"code":"KNS-CD-01","title":"Sử dụng điện thoại thông minh an toàn","audiences":["Citizens"]}""")!,
        ["PutCourse"] = JsonNode.Parse("""{"title":"Sử dụng điện thoại thông minh an toàn","audiences":["Citizens"]}""")!,
        ["PutCourseUnits"] = JsonNode.Parse("""{"units":["DigitalSafety"]}""")!,
        ["CreateRule"] = JsonNode.Parse("""
            { "audience": "Citizens", "legalBasis": "Quyết định số …/QĐ-BTTTT", "effectiveFrom": "2026-07-01", "source": "PlatformResult",
              "units": ["DigitalBasics", "DigitalSafety", "DigitalPayment"], "needed": 2, "minimumScore": 60 }
            """)!,
        ["RecordConfirmations"] = JsonNode.Parse("""
            [{ "citizenId": "019099000123", "audience": "Citizens", "source": "AgencyConfirmation", "confirmedAt": "2026-03-05T08:00:00+07:00", "reference": "Danh sách số 5" }]
            """)!,
        ["WithdrawConfirmation"] = JsonNode.Parse("""{"reason":"Nhầm người"}""")!,
        ["SearchCompletions"] = JsonNode.Parse("""{"contact":"lan@example.vn"}""")!,
        ["VoidCompletion"] = JsonNode.Parse("""{"reason":"Gửi nhầm học viên"}""")!,
        ["PutImportMapping"] = JsonNode.Parse("""
            { "fields": { "id": { "template": "lop-{Mã lớp} {=learner.id}", "pseudonym": true }, "learner.id": { "columns": ["Email", "Số điện thoại"] },
                          "locality": { "constant": "05953" }, "course": { "constant": "KNS-CD-01" },
                          "audience": { "columns": ["Loại"], "values": { "GV": "PublicSector", "HS": "Students" } },
                          "completedAt": { "columns": ["Ngày"], "format": "MM/dd/yyyy" }, "score": { "columns": ["Điểm"], "scale": 10 },
                          "passed": { "columns": ["Điểm"], "minimum": 5 } } }
            """)!,
        ["DeclarePopulations"] = JsonNode.Parse("""[{"code":"Adults","year":2026,"people":11850,"source":"Công an xã, 31/12/2025"}]""")!,
        ["ReportFigure"] = JsonNode.Parse("""{"asOf":"2026-05-15T00:00:00+07:00","numerator":9120,"denominator":11850}""")!,
    };
}
