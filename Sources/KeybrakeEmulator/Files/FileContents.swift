/// A file to be downloaded.
package struct FileContents: Sendable, Equatable {
    package let name: String
    /// `application/pdf`, `text/csv`, …
    package let mediaType: String
    package let bytes: [UInt8]

    /// By the ending of the name, as Stripe names the types of files.
    static func mediaType(_ type: String?) -> String {
        switch type {
        case "csv": "text/csv"
        case "gif": "image/gif"
        case "jpg": "image/jpeg"
        case "pdf": "application/pdf"
        case "png": "image/png"
        case "svg": "image/svg+xml"
        case "txt": "text/plain"
        case "webp": "image/webp"
        case "xml": "application/xml"
        case "zip": "application/zip"
        default: "application/octet-stream"
        }
    }
}
