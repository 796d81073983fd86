import Foundation

extension TestModels {
    /// The samples of one of the cache's recordings: 16-bit mono at 16 kHz, WAV or raw.
    static func samples(_ name: String) throws -> [Float] {
        let data = try Data(contentsOf: URL(fileURLWithPath: recording(name)))
        let header = name.hasSuffix(".wav") ? 44 : 0
        let bytes = [UInt8](data.dropFirst(header))
        return stride(from: 0, to: bytes.count - 1, by: 2).map {
            Float(Int16(truncatingIfNeeded: Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8)) / 32_768
        }
    }
}
