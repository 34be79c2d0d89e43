internal import KeybrakeStripe

/// What an update event says about the time before it.
enum PreviousAttributes {
    /// The members that differ, with their old values; a member that is new is `null` there.
    static func between(_ old: JSONObject, _ new: JSONObject) -> JSONObject {
        var changes = JSONObject()
        for member in new.members {
            let before = old[member.name]
            guard before != member.value else { continue }
            if let before = before?.objectValue, let after = member.value.objectValue {
                changes.append(member.name, .object(between(before, after)))
            } else {
                changes.append(member.name, before ?? .null)
            }
        }
        for member in old.members where new[member.name] == nil {
            changes.append(member.name, member.value)
        }
        return changes
    }
}
