import Foundation
import ZooPlugins

extension Ranks {
  /// The processes that a launcher (`mpirun`, `mpiexec`, `srun`) has started together with this one; ``alone`` without one.
  /// - Throws: ``ZooError`` if there are several, but the tool was built without MPI, or if MPI doesn't start.
  package static func launched() throws(ZooError) -> Ranks {
    guard let size = launchedCount else { return .alone }
    #if MPI
      // A launcher's single process needs no MPI, and a job step of a cluster may not mean it.
      return size > 1 ? Ranks(try MPITransport()) : .alone
    #else
      guard size > 1 else { return .alone }
      throw ZooError(
        .usage, problem: "\(size) processes were started together, but this zoo was built without MPI",
        expected: "a single process", remedy: "Build it by swift build -c release --product zoo --traits MPI")
    #endif
  }

  /// How many processes a launcher has started together; `nil` without one.
  private static var launchedCount: Int? {
    let environment = ProcessInfo.processInfo.environment
    return launchers.lazy.compactMap { environment[$0].flatMap { Int($0) } }.first
  }

  /// Where launchers say how many processes there are: Open MPI, MPICH's Hydra and those that are alike, Slurm's steps.
  private static let launchers = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"]
}
