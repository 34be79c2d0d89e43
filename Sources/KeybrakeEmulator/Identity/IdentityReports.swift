internal import KeybrakeStripe

/// What was seen when somebody showed who they are.
enum IdentityReports {
    /// Who everybody is.
    static let outputs = JSONObject.template(
        #"""
        {"address":null,"dob":null,"email":null,"first_name":"Jenny","id_number":null,"id_number_type":null,
        "last_name":"Rosen","phone":null,"sex":null,"unparsed_place_of_birth":null,"unparsed_sex":null}
        """#)

    /// What Stripe says about a failure, in a sentence.
    static func reason(_ code: String) -> String {
        switch code {
        case "document_expired": "The document is expired."
        case "document_type_not_supported": "The provided identity document isn't one of the allowed document types."
        case "id_number_mismatch": "The information provided couldn't be verified."
        case "selfie_face_mismatch": "The captured face image doesn't match the document's face."
        case "consent_declined": "The user declined to be verified."
        default: "The verification failed: \(code)."
        }
    }

    /// Writes a report.
    ///
    /// - Returns: its id.
    static func make(of session: JSONObject, failure: String?, _ account: inout Account, _ cause: Cause) -> String {
        var report = account.blank(.identityReport, now: cause.now)
        let type = session.text("type") ?? "document"
        report.set("client_reference_id", session.text("client_reference_id"))
        report.set("type", type)
        report.set("verification_session", session.text("id"))
        report["options"] = [:]
        let error: JSONValue =
            failure.map { ["code": .string($0), "reason": .string(reason($0))] } ?? .null
        var seen: JSONObject = ["error": error, "status": failure == nil ? "verified" : "unverified"]
        seen.set("first_name", failure == nil ? "Jenny" : nil)
        seen.set("last_name", failure == nil ? "Rosen" : nil)
        if type == "id_number" {
            seen["dob"] = .null
            seen["id_number"] = .null
            seen.set("id_number_type", "us_ssn")
            report.set("id_number", seen)
        } else {
            for member in ["address", "dob", "expiration_date", "issued_date", "number"] { seen[member] = .null }
            seen["files"] = []
            seen.set("issuing_country", "US")
            seen.set("type", "driving_license")
            report.set("document", seen)
        }
        return account.create(.identityReport, report, cause).id
    }

    /// Takes everything personal out of the reports of a session.
    static func redact(of session: String, _ account: inout Account, _ cause: Cause) {
        let objects = account.store.collection(.identityReport)?.objects ?? []
        let reports = objects.filter { $0.text("verification_session") == session }.map(\.tree)
        for var report in reports {
            for part in ["document", "id_number"] {
                guard var seen = report.object(part) else { continue }
                seen.set("first_name", "[redacted]")
                seen.set("last_name", "[redacted]")
                report.set(part, seen)
            }
            account.update(.identityReport, report, cause)
        }
    }
}
