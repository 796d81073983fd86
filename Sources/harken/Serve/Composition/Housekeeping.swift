import Admission
import Journal
import Live
import Observability
import Speech
import Store
import Usage

/// The periodic work of a gateway: settles charges, enforces limits, removes old data, and measures the disks.
///
/// The work ends when the value is released.
final class Housekeeping: Sendable {
    private let accounts: BillingAccounts
    private let contexts: LiveContexts
    private let usage: UsageRecorder
    private let retention: RetentionTime
    private let log: Log
    private let settling: Task<Void, Never>
    /// Task that watches the limits; nil when there are none.
    private let watching: Task<Void, Never>?
    private let sweeping: Task<Void, Never>
    private let minding: Task<Void, Never>
    private let measuring: Task<Void, Never>

    init(
        _ inputs: GatewayInputs, _ storage: StorageParts, _ parts: AdmissionParts, _ live: LiveParts, _ deletion: UserDeletion, _ disks: StorageWatch
    ) {
        let contexts = live.contexts, usage = storage.usage, log = inputs.log, accounts = parts.accounts
        self.accounts = accounts
        self.contexts = contexts
        self.usage = usage
        self.log = log
        let retention = storage.retention
        self.retention = retention
        if !retention.isBelieved {
            log.warning(
                "the clock is far ahead of the gateway's last run; nothing is deleted for its age until the gateway has seen it so for an hour")
        }
        sweeping = Task { [transcripts = storage.transcripts] in
            repeat { await transcripts.sweep(now: retention.now()) } while (try? await Task.sleep(for: TranscriptFolder.sweepInterval)) != nil
        }
        minding = Task {
            [
                conversations = live.conversations, erasure = live.erasure, transcripts = storage.transcripts, keys = inputs.keys,
                upkeep = storage.stores.upkeep
            ] in
            await Self.mind(conversations, erasure, deletion, transcripts, keys, upkeep, retention, log)
        }
        measuring = Task(priority: .utility) { await disks.run() }
        settling = Task { [admission = parts.admission] in
            var rounds = 0
            while (try? await Task.sleep(for: .milliseconds(250))) != nil {
                rounds += 1
                guard rounds % 4 == 0 || accounts.isUrgent else { continue }
                await Self.settle(accounts, contexts, log)
                guard rounds % 4 == 0 else { continue }
                if await !admission.loadOpenness() { contexts.endSessionsWithoutKeys() }
                log.summarizeRejections()
                await usage.settle()
            }
        }
        watching =
            parts.limits.isNeeded
            ? Task { [limits = parts.limits, now = inputs.now] in
                while (try? await Task.sleep(for: LimitWatch.interval)) != nil {
                    let standings = await limits.look(at: contexts.openUsage(now: now()))
                    if !standings.isEmpty { contexts.hold(to: standings) }
                }
            } : nil
    }

    deinit {
        settling.cancel()
        watching?.cancel()
        sweeping.cancel()
        minding.cancel()
        measuring.cancel()
    }

    /// Leaves the completion of conversations to the process that has taken over.
    func leaveToNext() { minding.cancel() }

    /// Stores the charges for the last time. Called after the last session has ended.
    func settle() async {
        settling.cancel()
        await settling.value
        await Self.settle(accounts, contexts, log)
        await usage.settle()
        Self.keep(retention, log)
    }

    /// Remembers the time for the next start.
    private static func keep(_ retention: RetentionTime, _ log: Log) {
        do throws(StoreError) { try retention.keep() } catch { log.warning("the time of this run is not remembered", [.error: "\(error)"]) }
    }

    /// Completes conversations, erases deleted speech, and keeps the database fast, at intervals, until the task is cancelled.
    private static func mind(
        _ conversations: ConversationService, _ erasure: ErasureService, _ deletion: UserDeletion, _ transcripts: TranscriptFolder,
        _ keys: any AccessKeyAdministration, _ upkeep: any DatabaseUpkeep, _ retention: RetentionTime, _ log: Log
    ) async {
        var rounds = 0
        while (try? await Task.sleep(for: ConversationService.sweepInterval)) != nil {
            await conversations.sweep()
            conversations.webhooks?.wake()
            await erasure.eraseJournals()
            if rounds % 12 == 0 {
                await upkeep.keepRoom()
                // Other processes may have deleted speech, and users, in the data directory.
                await erasure.run()
                await deletion.resume()
                await conversations.cutAudio()
                await conversations.takeUpForgotten()
                await conversations.complement()
                await conversations.takeUpErasures()
            }
            if rounds % 720 == 0 {
                // Not before the sessions of the last run have taken up their files.
                if rounds > 0 { await conversations.finishDeletions() }
                await conversations.forgetAudio(now: retention.now())
                await conversations.forgetVoices(now: retention.now())
                await conversations.endDeletions(now: retention.now())
                await erasure.prune(now: retention.now())
                await transcripts.pruneGaps()
                await forgetLogins(keys, retention, log)
                keep(retention, log)
            } else if rounds % 12 == 0, !retention.isBelieved {
                // A machine that is never on for an hour, and is switched off without a signal, comes to believe its clock too.
                keep(retention, log)
            }
            if rounds % 17_280 == 0 { await gatherStatistics(upkeep, log) }
            rounds += 1
        }
    }

    private static func forgetLogins(_ keys: any AccessKeyAdministration, _ retention: RetentionTime, _ log: Log) async {
        do throws(StoreError) {
            try await keys.forgetLogins(expiredAt: retention.now())
        } catch {
            log.warning("ended logins that have expired could not be removed", [.error: "\(error)"])
        }
    }

    private static func gatherStatistics(_ upkeep: any DatabaseUpkeep, _ log: Log) async {
        do throws(StoreError) {
            try await upkeep.gatherStatistics()
        } catch {
            log.warning("statistics of the database could not be gathered", [.error: "\(error)"])
        }
    }

    private static func settle(_ accounts: BillingAccounts, _ contexts: LiveContexts, _ log: Log) async {
        do throws(StoreError) {
            let over = Set(try await accounts.settle())
            if !over.isEmpty { contexts.end(sessionsOf: over) }
        } catch {
            log.error("spent credit cannot be stored yet", [.error: "\(error)"])
        }
    }
}
