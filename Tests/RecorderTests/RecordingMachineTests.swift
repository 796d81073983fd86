@testable import Recorder
import Testing

struct RecordingMachineTests {
    /// A driver whose disk and microphone answer when the test says so.
    private struct SimulatedWorld {
        var machine = RecordingMachine()
        var open: Set<RecordingMachine.Attempt> = []
        var isOpen: Bool { !open.isEmpty }
        var files: Set<RecordingMachine.Attempt> = []
        var completed: [RecordingMachine.Attempt] = []
        /// Answers that are on their way, oldest first.
        var pending: [RecordingMachine.Action] = []
        var kept = 0

        mutating func run(_ actions: [RecordingMachine.Action]) {
            for action in actions {
                switch action {
                case .prepare, .openMicrophone: pending.append(action)
                case .closeMicrophone(let attempt): open.remove(attempt)
                case .discard(let attempt): files.remove(attempt)
                case .complete(let attempt):
                    files.remove(attempt)
                    completed.append(attempt)
                }
            }
        }

        mutating func answer() {
            guard !pending.isEmpty else { return }
            switch pending.removeFirst() {
            case .prepare(let attempt):
                files.insert(attempt)
                run(machine.prepared(attempt))
            case .openMicrophone(let attempt):
                open.insert(attempt)
                // The microphone may speak before it says that it is open.
                hear(attempt)
                run(machine.opened(attempt))
                hear(attempt)
            case .closeMicrophone, .discard, .complete: break
            }
        }

        mutating func hear(_ attempt: RecordingMachine.Attempt) {
            if open.contains(attempt), machine.keeps(attempt) { kept += 1 }
        }
    }

    @Test("records from the moment the microphone is open until it is told to stop")
    func plain() {
        var world = SimulatedWorld()
        world.run(world.machine.start())
        world.answer()
        #expect(!world.isOpen)
        world.answer()
        #expect(world.isOpen && world.machine.isRecording && world.kept == 1)
        world.run(world.machine.stop())
        #expect(!world.isOpen && world.completed.count == 1 && world.files.isEmpty)
    }

    @Test(
        "stopped at any moment of the start, with every answer still to come: the microphone ends closed, nothing is kept, no file is left",
        arguments: 0...2, [false, true])
    func stopped(after answers: Int, startsAgain: Bool) {
        var world = SimulatedWorld()
        world.run(world.machine.start())
        for _ in 0..<min(answers, 1) { world.answer() }
        // The microphone opened, and its answer comes after the stop.
        if answers == 2, case .openMicrophone(let attempt)? = world.pending.first { world.open.insert(attempt) }
        world.run(world.machine.stop())
        #expect(world.machine.state == .idle)
        let before = world.kept
        while !world.pending.isEmpty { world.answer() }
        #expect(!world.isOpen)
        #expect(world.kept == before && world.kept == 0)
        #expect(world.files.isEmpty && world.completed.isEmpty)
        guard startsAgain else { return }
        world.run(world.machine.start())
        while !world.pending.isEmpty { world.answer() }
        #expect(world.isOpen && world.machine.isRecording && world.kept == 1)
    }

    @Test("started, stopped and started again while answers of the first start are still to come, it records once")
    func overtaken() {
        var world = SimulatedWorld()
        world.run(world.machine.start())
        world.run(world.machine.stop())
        world.run(world.machine.start())
        while !world.pending.isEmpty { world.answer() }
        #expect(world.machine.isRecording && world.isOpen && world.files.count == 1)
        world.run(world.machine.stop())
        #expect(!world.isOpen && world.files.isEmpty && world.completed.count == 1)
    }

    @Test("a microphone that opens long after its attempt is over does not close the one that records")
    func late() {
        var world = SimulatedWorld()
        world.run(world.machine.start())
        world.answer()
        world.run(world.machine.stop())
        let old = world.pending.removeFirst()
        world.run(world.machine.start())
        while !world.pending.isEmpty { world.answer() }
        world.pending = [old]
        world.answer()
        #expect(world.machine.isRecording && world.open.count == 1)
        #expect(world.kept == 1)
    }

    @Test("a disk or a microphone that fails ends it, says so, and leaves nothing open")
    func failures() {
        var world = SimulatedWorld()
        world.run(world.machine.start())
        world.answer()
        guard case .openMicrophone(let attempt)? = world.pending.first else {
            Issue.record("it does not open the microphone")
            return
        }
        world.pending = []
        world.run(world.machine.failed(attempt, .microphone("There is none.")))
        #expect(world.machine.error == .microphone("There is none."))
        #expect(world.machine.state == .idle && world.files.isEmpty)

        world.run(world.machine.start())
        world.answer()
        world.answer()
        guard case .running(let running) = world.machine.state else {
            Issue.record("it does not record")
            return
        }
        world.run(world.machine.failed(running, .disk("It is full.")))
        #expect(!world.isOpen && world.completed == [running])
    }

    @Test("a failure of an attempt that is over changes nothing")
    func stale() {
        var world = SimulatedWorld()
        world.run(world.machine.start())
        guard case .prepare(let first)? = world.pending.first else { return }
        world.run(world.machine.stop())
        world.run(world.machine.start())
        #expect(world.machine.failed(first, .disk("Late.")).isEmpty)
        #expect(world.machine.error == nil)
    }
}
