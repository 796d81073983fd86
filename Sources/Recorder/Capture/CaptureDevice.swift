/// An audio input device.
package struct CaptureDevice: Sendable, Equatable {
    /// The device's number. It stays valid until a device is added or removed.
    package var number: Int
    package var name: String
    /// True for the device that is used when no other is named.
    package var isDefault: Bool

    package init(number: Int, name: String, isDefault: Bool) {
        self.number = number
        self.name = name
        self.isDefault = isDefault
    }
}

extension [CaptureDevice] {
    /// Returns the device with this number or this name, or the only one whose name contains the text in any case; the default for nil.
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
