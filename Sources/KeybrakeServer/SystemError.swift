internal import Glibc
internal import NIOCore

/// What the system says about a file or a socket, in words.
enum SystemError {
    /// The error number inside an error of NIO, or `nil`.
    static func number(_ error: any Error) -> Int32? {
        (error as? IOError)?.errnoCode
    }

    /// The system's words for an error number, such as `No such file or directory`.
    static func text(_ number: Int32) -> String {
        String(cString: strerror(number))
    }
}
