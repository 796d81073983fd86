import Foundation
import HarkenTesting
import Recorder
import Synchronization
import Testing

/// A PulseAudio server with one silent output, whose monitor is the microphone.
private final class SoundServer {
    let folder: URL
    private let server: ChildProcess
    private var player: ChildProcess?
    private let temporary = TemporaryFolder()

    static var isThere: Bool {
        ["/usr/bin/pulseaudio", "/usr/bin/pactl", "/usr/bin/pacat"].allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
    }

    init() throws {
        folder = URL(filePath: temporary.path)
        let socket = folder.appending(path: "native").path
        for (name, value) in [("PULSE_SERVER", "unix:\(socket)"), ("PULSE_RUNTIME_PATH", folder.path), ("HOME", folder.path)] {
            setenv(name, value, 1)
        }
        server = try ChildProcess([
            "/usr/bin/pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--log-level=error", "--use-pid-file=no",
            "-L", "module-null-sink sink_name=quiet rate=16000 channels=1", "-L", "module-native-protocol-unix auth-anonymous=1 socket=\(socket)",
        ])
        try untilBlocking { try ChildProcess.run(["/usr/bin/pactl", "set-default-source", "quiet.monitor"]).status == 0 }
    }

    /// A tone of half the full scale, for ten seconds.
    func play() throws {
        let samples = (0..<160_000).map { Int16(16_384 * sin(2 * .pi * 440 * Double($0) / 16_000)) }
        let file = folder.appending(path: "tone.raw")
        try samples.withUnsafeBytes { try Data($0).write(to: file) }
        player = try ChildProcess(
            ["/usr/bin/pacat", "--playback", "--raw", "--rate=16000", "--format=s16le", "--channels=1", "--device=quiet", file.path])
    }

    func stop() async {
        for child in [player, server].compactMap(\.self) {
            child.signal(SIGKILL)
            _ = await child.outcome()
        }
    }
}

/// PortAudio ends its thread by cancelling it, wherever that stands; ThreadSanitizer dies of a thread that ends inside one of its own functions.
private let mayCancelThreads = dlsym(nil, "__tsan_init") == nil

@Suite(.serialized) struct `In real time: recording a microphone` {
    /// In a process of its own, for the sound server's address is taken from the environment.
    @Test(
        .needs(SoundServer.isThere, "PulseAudio is not installed"),
        .enabled(if: mayCancelThreads, "PortAudio cancels its thread, which ThreadSanitizer does not bear"), .hangLimit)
    func `delivers what is said, and nothing after a stop`() async {
        await #expect(processExitsWith: .success) {
            let server = try SoundServer()
            try server.play()
            let names = try Capture.devices().map(\.name)
            #expect(names.contains("pulse"), "\(names)")

            let heard = Mutex<[Int16]>([])
            let blocks = Mutex(Set<Int>())
            let capture = Capture(device: "pulse") { bytes in
                blocks.withLock { _ = $0.insert(bytes.byteCount) }
                bytes.withUnsafeBytes { bytes in heard.withLock { $0 += bytes.bindMemory(to: Int16.self) } }
            } failed: { error in
                Issue.record("\(error)")
            }
            try capture.start()
            #expect(throws: CaptureError.alreadyUsed) { try capture.start() }
            try await until { heard.withLock { $0.count } >= 24_000 }
            capture.stop()
            let samples = heard.withLock { $0 }
            #expect(samples.count >= 24_000)
            #expect(blocks.withLock { $0 } == [2_048])
            let peak = samples.map { abs(Int($0)) }.max() ?? 0
            #expect((10_000...20_000).contains(peak), "peak \(peak)")
            #expect(capture.droppedSamples == 0)
            try await Task.sleep(for: .milliseconds(300))  // real time: nothing comes from the sound server
            #expect(heard.withLock { $0.count } == samples.count)
            capture.stop()
            try capture.start()
            try await Task.sleep(for: .milliseconds(200))  // real time: nothing comes from the sound server
            #expect(heard.withLock { $0.count } == samples.count)
            await server.stop()
        }
    }

    @Test(
        .needs(SoundServer.isThere, "PulseAudio is not installed"),
        .enabled(if: !Sanitizer.isHere, "in a sanitizer's build PortAudio's thread does not end when the server is gone"), .hangLimit)
    func `says so when the sound server goes away, and when it was never there`() async {
        await #expect(processExitsWith: .success) {
            let server = try SoundServer()
            let failures = Mutex<[CaptureError]>([])
            let capture = Capture(device: "pulse") { _ in
            } failed: { error in
                failures.withLock { $0.append(error) }
            }
            try capture.start()
            await server.stop()
            try await until { failures.withLock { !$0.isEmpty } }
            #expect(failures.withLock { $0 } == [.lost(device: "pulse")])
            capture.stop()

            let other = Capture(device: "no such microphone") { _ in
            } failed: { _ in
            }
            #expect(throws: CaptureError.self) { try other.start() }
            other.stop()
        }
    }
}
