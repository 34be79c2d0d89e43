/// Everything that is checked, by its number. The order is the order of reports.
enum Check: UInt16, CaseIterable, Comparable {
    case unreadableInput = 1
    case truncated = 2
    case conflictingRecords = 3
    case repeatedRecords = 4
    case periods = 5
    case unknownValue = 6
    case intentWithoutCharge = 7
    case succeededWithoutID = 8
    case mixedModes = 9
    case missingColumn = 10
    case sequenceGap = 12
    case incompleteRow = 14
    case exponentContradicted = 15
    case matched = 100
    case bypassTagged = 101
    case bypassUntagged = 102
    case unknownConversation = 103
    case malformedTag = 104
    case tagDisagreement = 105
    case phantom = 111
    case outsideWindow = 112
    case amountMismatch = 121
    case currencyMismatch = 122
    case statusMismatch = 123
    case customerMismatch = 125
    case unknownCharged = 131
    case unknownNotCharged = 132
    case unknownAmbiguous = 133
    case blockedButCharged = 141
    case deadKey = 142
    case unknownKey = 143
    case operationNotAllowed = 144
    case customerOutsideScope = 145
    case amountOverLimit = 146
    case duplicateCharges = 151
    case replayedAnswer = 153
    case overCap = 161
    case doesNotTie = 199

    /// `KB101`.
    var id: String {
        let digits = String(rawValue)
        return "KB" + String(repeating: "0", count: 3 - digits.utf8.count) + digits
    }

    /// `bypass-tagged`, for class names in JUnit.
    var slug: String { entry.slug }
    /// What was found, as a heading.
    var title: String { entry.title }
    /// How much a finding matters as a rule.
    var severity: Severity { entry.severity }
    /// What a finding says about the verdict.
    var effect: Effect { entry.effect }
    /// The rule, and what to do about a finding, in one or two sentences.
    var explanation: String { entry.explanation }

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// What a finding says about the verdict.
    enum Effect: UInt8 {
        /// A rule was broken and the evidence is sound.
        case failure
        /// The auditor cannot vouch for a part of its input.
        case error
        /// Could not be checked with these inputs.
        case skipped
        /// Worth telling, nothing wrong.
        case note
    }

    /// One line of the table of checks.
    struct Entry {
        let slug: String
        let title: String
        let severity: Severity
        let effect: Effect
        let explanation: String

        init(_ slug: String, _ title: String, _ severity: Severity, _ effect: Effect, _ explanation: String) {
            self.slug = slug
            self.title = title
            self.severity = severity
            self.effect = effect
            self.explanation = explanation
        }
    }
}
