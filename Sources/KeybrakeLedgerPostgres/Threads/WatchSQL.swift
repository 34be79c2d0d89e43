internal import KeybrakeLedger

/// What is read to follow other instances. Changes carry the number of their batch's newest audit row, and batches
/// follow one another, so that nothing with a smaller number can appear later.
enum WatchSQL {
    typealias Statement = PostgresRequest.Statement

    /// Value: a number. The last columns are the policy's body and the number of the change.
    static let keys = Statement(
        "watch_keys",
        """
        SELECT \(VaultKey.columns), (SELECT body FROM policy WHERE hash = policy_hash), changed_seq FROM vault_key
        WHERE changed_seq > $1
        """)

    /// Value: a number. The last column is the number of the change.
    static let openHolds = Statement(
        "watch_open_holds",
        """
        SELECT \(Hold.columns), changed_seq FROM hold
        WHERE changed_seq > $1 AND state IN ('held', 'authorised', 'unknown')
        """)

    /// Value: a number. Only holds that could be found by an object.
    static let closedHolds = Statement(
        "watch_closed_holds",
        """
        SELECT id, changed_seq FROM hold
        WHERE changed_seq > $1 AND state NOT IN ('held', 'authorised', 'unknown') AND object_id IS NOT NULL
        """)

    /// The number up to which a first look at open holds and keys has seen everything; read before them.
    static let position = Statement("watch_position", "SELECT last_seq FROM audit_position")
}
