import Recorder
import Testing

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

    @Test func `says that there is none`() {
        #expect(throws: CaptureError.noDevice) { try [CaptureDevice]().device(nil) }
    }
}
