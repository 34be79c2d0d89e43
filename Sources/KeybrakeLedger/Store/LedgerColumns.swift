/// One row of a database's answer. Columns are counted from 0.
///
/// The ledger's databases differ in everything but what lies in a row, so that rows are read in one place for all.
package protocol LedgerColumns {
    /// The number in the column; 0 for none.
    func integer(_ column: Int32) -> Int64
    func optionalInteger(_ column: Int32) -> Int64?
    /// The text in the column; empty for none.
    func text(_ column: Int32) -> String
    func optionalText(_ column: Int32) -> String?
    /// The bytes in the column; empty for none.
    func blob(_ column: Int32) -> [UInt8]
}
