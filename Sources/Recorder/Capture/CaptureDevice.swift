/// Something that can be recorded from.
package struct CaptureDevice: Sendable, Equatable {
    /// Its number, for as long as no device comes or goes.
    package var number: Int
    package var name: String
    /// What is recorded from unless another is named.
    package var isDefault: Bool

    package init(number: Int, name: String, isDefault: Bool) {
        self.number = number
        self.name = name
        self.isDefault = isDefault
    }
}

extension [CaptureDevice] {
    /// The device that a user means: its number, its name, or the only one whose name has the text in it, in whatever case; nil means the default.
    package func device(_ wanted: String?) throws(CaptureError) -> CaptureDevice {
        guard !isEmpty else { throw .noDevice }
        guard let wanted else {
            guard let device = first(where: \.isDefault) ?? first else { throw .noDevice }
            return device
        }
        let text = wanted.lowercased()
        if let device = first(where: { "\($0.number)" == text }) ?? first(where: { $0.name.lowercased() == text }) { return device }
        let similar = filter { $0.name.lowercased().contains(text) }
        guard similar.count == 1, let device = similar.first else { throw .unknownDevice(wanted, known: map(\.name)) }
        return device
    }
}
