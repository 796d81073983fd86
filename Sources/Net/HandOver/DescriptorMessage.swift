internal import CSystem
internal import Glibc

/// A message over a Unix socket, with an open descriptor.
package enum DescriptorMessage {
    /// Sends the message; false when it could not be sent completely.
    ///
    /// - Parameter descriptor: the descriptor that goes along; nil: none.
    package static func send(_ bytes: [UInt8], _ descriptor: Int32?, over socket: Int32) -> Bool {
        guard let descriptor else { return Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count }
        return system_send_descriptor(socket, bytes, bytes.count, descriptor) == bytes.count
    }
}
