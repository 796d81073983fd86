/// A session at a vendor, as the vendor names the session.
public struct EngineSession: Sendable, Equatable {
    /// The vendor's identifier of the session or request, which the vendor's support asks for.
    public var id: String
    /// Time at which the vendor will end the session; nil: the vendor does not say.
    public var expires: UnixTime?
    /// The model that hears the session, as the vendor names it; nil: the vendor does not say.
    package var model: EngineModel?

    /// Takes what a vendor said. The identifier goes into logs and traces, so it is kept to 128 visible ASCII characters.
    ///
    /// - Parameter expires: seconds since 1970.
    /// - Returns: nil when nothing of the identifier is left.
    package init?(vendorID id: String, expires: Int? = nil) {
        self.id = String(decoding: id.utf8.filter { (0x21..<0x7F).contains($0) }.prefix(128), as: UTF8.self)
        guard !self.id.isEmpty else { return nil }
        self.expires = expires.flatMap { seconds in
            let (milliseconds, overflow) = Int64(seconds).multipliedReportingOverflow(by: 1_000)
            return seconds > 0 && !overflow ? UnixTime(milliseconds: milliseconds) : nil
        }
    }
}
