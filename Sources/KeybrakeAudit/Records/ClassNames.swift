/// The one class in which a record of an export ends.
enum ChargeClass: UInt8, CaseIterable {
    case open
    case matched
    case matchedWithDifference
    case resolvedUnknown
    case ambiguous
    case blockedButCharged
    case bypassTagged
    case bypassUntagged
    case unknownConversation
    case malformedTag
    case failedWithoutRow
    case outsideScope
    case intentWithoutCharge
    case succeededWithoutID
    case outsideAudit
    case outsidePeriod
    case notJudged
    case unreadable
    case duplicateLine
    case conflictingLine

    /// The class in words.
    var title: String {
        switch self {
        case .open: "in no class"
        case .matched: "matched, every fact agrees"
        case .matchedWithDifference: "matched, a fact differs"
        case .resolvedUnknown: "charge of a call with unknown outcome"
        case .ambiguous: "several explanations"
        case .blockedButCharged: "charged although refused"
        case .bypassTagged: "around the proxy, known conversation"
        case .bypassUntagged: "around the proxy, no conversation"
        case .unknownConversation: "around the proxy, unknown conversation"
        case .malformedTag: "around the proxy, unreadable tag"
        case .failedWithoutRow: "failed, without audit row"
        case .outsideScope: "not tagged, outside the scope"
        case .intentWithoutCharge: "PaymentIntent without charge"
        case .succeededWithoutID: "succeeded, but without id"
        case .outsideAudit: "outside the time that the audit covers"
        case .outsidePeriod: "outside the period asked for"
        case .notJudged: "not judged, because the audit cannot be read"
        case .unreadable: "unreadable record"
        case .duplicateLine: "repeated line"
        case .conflictingLine: "repeated line with other facts"
        }
    }
}

/// The one class in which a call recorded by the proxy ends.
enum AttemptClass: UInt8, CaseIterable {
    case open
    case matched
    case followUp
    case phantom
    case outsideWindow
    case refused
    case declined
    case withoutCharge
    case unknownCharged
    case unknownNotCharged
    case unknownRetried
    case ambiguous
    case blockedButCharged
    case incomplete
    case otherMode
    case outsidePeriod
    case notJudged

    /// The class in words.
    var title: String {
        switch self {
        case .open: "in no class"
        case .matched: "matched with a charge"
        case .followUp: "further call for a matched charge"
        case .phantom: "succeeded, but the charge is missing"
        case .outsideWindow: "succeeded outside the time that the exports cover"
        case .refused: "refused by the proxy"
        case .declined: "declined or failed at Stripe"
        case .withoutCharge: "succeeded without making a charge"
        case .unknownCharged: "unknown outcome, charge found"
        case .unknownNotCharged: "unknown outcome, no charge found"
        case .unknownRetried: "unknown outcome, settled by its retry"
        case .ambiguous: "unknown outcome, several explanations"
        case .blockedButCharged: "refused, but charged all the same"
        case .incomplete: "incomplete row"
        case .otherMode: "in a mode that moves no money in this account"
        case .outsidePeriod: "outside the period asked for"
        case .notJudged: "not judged, because an export is damaged"
        }
    }
}

extension AttemptClass {
    /// Whether the audit says of such a call that it charged somebody.
    var claimsCharge: Bool {
        switch self {
        case .matched, .phantom, .outsideWindow, .notJudged: true
        default: false
        }
    }
}

/// How a charge and a call were brought together, strongest first.
enum MatchMethod: UInt8, CaseIterable {
    case none
    case objectID
    case intentID
    case idempotencyKey
    case facts

    /// The method in words.
    var title: String {
        switch self {
        case .none: "not matched"
        case .objectID: "object id"
        case .intentID: "PaymentIntent id"
        case .idempotencyKey: "idempotency key"
        case .facts: "conversation, amount, currency and time"
        }
    }
}
