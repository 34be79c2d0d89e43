import Foundation
import Glibc
import Logging

/// The process's own surroundings: environment, standard output and error.
enum Console {
    /// All environment variables.
    static var environment: [String: String] { ProcessInfo.processInfo.environment }

    /// Writes what was printed so far, so that a waiting script sees it.
    static func flush() {
        fflush(nil)
    }

    /// Writes bytes to standard output as they are.
    static func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            // Whoever read has closed the pipe, as `head` does: there is nobody left to write for.
            guard count > 0 else { exit(errno == EPIPE ? 0 : 74) }
            rest = rest.dropFirst(count)
        }
    }

    /// Writes a line to standard error.
    static func note(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}

/// Logging for the process: to standard error, from one level on.
enum ProcessLog {
    /// Starts logging; to be called once.
    static func start(level: Logger.Level) -> Logger {
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        return Logger(label: "keybrake")
    }
}
