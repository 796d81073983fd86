import HarkenTesting
import Testing

@testable import Recorder

@Suite struct `Choosing a microphone` {
    static let devices = [
        CaptureDevice(number: 0, name: "HDA Intel PCH: ALC257", isDefault: false), CaptureDevice(number: 4, name: "pulse", isDefault: false),
        CaptureDevice(number: 5, name: "default", isDefault: true), CaptureDevice(number: 7, name: "USB Headset: Audio", isDefault: false),
    ]

    @Test(arguments: [(nil, 5), ("4", 4), ("pulse", 4), ("headset", 7), ("HDA intel", 0), ("DEFAULT", 5)] as [(String?, Int)])
    func `takes a number, a name or a part of one`(wanted: String?, number: Int) throws {
        #expect(try Self.devices.device(wanted).number == number)
    }

    @Test(arguments: ["9", "camera", "u"])
    func `says what there is when nothing or more than one fits`(wanted: String) {
        #expect(throws: CaptureError.unknownDevice(wanted, known: Self.devices.map(\.name))) { try Self.devices.device(wanted) }
    }

    @Test func `knows a machine whose microphones this user may not use`() throws {
        let folder = TemporaryFolder()
        #expect(!SoundDevices.areForbidden(in: folder.path, mayRead: { _ in false }))
        for name in ["controlC0", "pcmC0D0p", "pcmC0D0c", "pcmC1D0c"] { _ = try folder.write([], as: name) }
        #expect(SoundDevices.areForbidden(in: folder.path, mayRead: { _ in false }))
        #expect(!SoundDevices.areForbidden(in: folder.path, mayRead: { $0.hasSuffix("pcmC1D0c") }))
        #expect("\(CaptureError.forbidden)".contains("audio"))
    }

    @Test func `says that there is none`() {
        #expect(throws: CaptureError.noDevice) { try [CaptureDevice]().device(nil) }
    }
}
