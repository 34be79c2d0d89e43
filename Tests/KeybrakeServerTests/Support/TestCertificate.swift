import Foundation
import KeybrakeServer

/// A self-signed certificate made for one test with the `openssl` command.
final class TestCertificate {
    struct Failure: Error {}

    private let folder: URL

    /// `names` as in a subjectAltName, such as `DNS:localhost,IP:127.0.0.1`.
    init(names: String = "DNS:localhost,IP:127.0.0.1") throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "keybrake-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let openssl = Process()
        openssl.executableURL = URL(filePath: "/usr/bin/env")
        openssl.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2",
            "-subj", "/CN=keybrake test", "-addext", "subjectAltName=\(names)", "-keyout", keyPath, "-out",
            certificatePath,
        ]
        openssl.standardError = FileHandle.nullDevice
        openssl.standardOutput = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        guard openssl.terminationStatus == 0 else { throw Failure() }
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    var certificatePath: String { folder.appending(path: "certificate.pem").path }
    var keyPath: String { folder.appending(path: "key.pem").path }
    var files: ServerConfiguration.TLSFiles {
        ServerConfiguration.TLSFiles(certificateChainPath: certificatePath, privateKeyPath: keyPath)
    }
}
