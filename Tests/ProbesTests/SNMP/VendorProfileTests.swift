import LoopbackServers
import Telemetry
import Testing

@testable import Probes
@testable import SNMP

/// A device as its vendor's MIB describes it, and what is shown of it.
struct VendorDevice: Sendable, CustomTestStringConvertible {
  let profile: String
  /// Its sysObjectID.
  let identity: String
  /// What all of its objects stand below.
  let root: String
  /// A line each: the rest of the name and the value, texts in quotes.
  let objects: String
  /// A line each, labels in the order of their names.
  let series: String

  var testDescription: String { profile }

  var tree: [ObjectIdentifier: ObjectValue] {
    get throws {
      let identity = try #require(ObjectIdentifier(identity))
      var tree = [
        ObjectIdentifier(checkedNumbers: [1, 3, 6, 1, 2, 1, 1, 2, 0]): ObjectValue.objectIdentifier(identity)
      ]
      for line in objects.split(separator: "\n") {
        let parts = line.split(separator: " ", maxSplits: 1)
        let name = try #require(ObjectIdentifier("\(root).\(parts[0])"), "\(line)")
        let value = try #require(parts.last)
        tree[name] =
          value.hasPrefix("\"")
          ? .octets(Array(value.dropFirst().dropLast().utf8)) : .integer(try #require(Int64(value), "\(line)"))
      }
      return tree
    }
  }
}

/// Each device is known by what it says of itself: the probe names no profile, and others show nothing of it.
@Suite("Profiles of vendors", .timeLimit(.minutes(1)))
final class VendorProfileTests {
  let network = NetworkServices()

  deinit { network.stop() }

  @Test("a device shows its load, memory, temperatures, fans and supplies", arguments: devices)
  func shown(_ vendor: VendorDevice) async throws {
    let agent = try TestAgent(vendor.tree)
    defer { agent.stop() }
    let device = try DeviceUnderTest(#""target":"\#(agent.target)","community":"c""#, network: network)
    let report = await device.run()
    try #require(report.verdict == .up, "\(report.explanation)")
    let written = device.written(report).filter { !$0.hasPrefix("sysUpTime") && !$0.hasPrefix("sysObjectID") }
    #expect(written.sorted() == vendor.series.split(separator: "\n").map(String.init).sorted())
  }

  @Test("every profile that this suite is about is packaged, once")
  func packaged() {
    let named = Self.devices.map(\.profile)
    #expect(Set(named).count == named.count)
    for name in named { #expect(PackagedProfiles.all.named(name) != nil, "\(name)") }
  }
}

extension VendorProfileTests {
  fileprivate static let devices = switches + chassis + firewalls + carriers

  private static let switches = [
    VendorDevice(
      profile: "aruba-cx", identity: "1.3.6.1.4.1.47196.4.1.1.1.101", root: "1.3.6.1.4.1.47196.4.1.1.3",
      // Rows of the first table are known by two texts: "mm" and "1/1".
      objects: """
        22.1.0.1.1.3.2.109.109.3.49.47.49 17
        22.1.0.1.1.4.2.109.109.3.49.47.49 38
        22.1.0.1.1.10.2.109.109.3.49.47.49 12
        11.2.1.1.3.1.1 "1/1"
        11.2.1.1.7.1.1 66
        11.2.1.1.8.1.1 1050
        11.2.1.1.11.1.1 1
        11.3.1.1.5.1.1.1.3 "1/1-CPU"
        11.3.1.1.7.1.1.1.3 41500
        11.5.1.1.4.1.1.2 "1/1/2"
        11.5.1.1.8.1.1.2 6300
        11.5.1.1.10.1.1.2 5
        """,
      series: """
        arubaWiredSystemInfoCpu{arubaWiredSystemInfoModuleName="1/1", arubaWiredSystemInfoModuleType="mm"} 17.0
        arubaWiredSystemInfoMemory{arubaWiredSystemInfoModuleName="1/1", arubaWiredSystemInfoModuleType="mm"} 38.0
        arubaWiredSystemInfoCpuAvgOneMin{arubaWiredSystemInfoModuleName="1/1", arubaWiredSystemInfoModuleType="mm"} 12.0
        arubaWiredPSUInstantaneousPower{arubaWiredPSUName="1/1"} 66.0
        arubaWiredPSUMaximumPower{arubaWiredPSUName="1/1"} 1050.0
        arubaWiredPSUStateEnum{arubaWiredPSUName="1/1"} 1.0
        arubaWiredTempSensorTemperature{arubaWiredTempSensorName="1/1-CPU"} 41.5
        arubaWiredFanRPM{arubaWiredFanName="1/1/2"} 6300.0
        arubaWiredFanStateEnum{arubaWiredFanName="1/1/2"} 5.0
        """),
    VendorDevice(
      profile: "procurve", identity: "1.3.6.1.4.1.11.2.3.7.11.181", root: "1.3.6.1.4.1.11.2.14.11",
      objects: """
        5.1.9.6.1.0 9
        5.1.1.2.1.1.1.6.1 700
        1.2.8.1.1.2.0 "Sys-1"
        1.2.8.1.1.3.0 "25C"
        1.2.8.1.1.6.0 2
        5.1.54.2.1.1.2.1 0
        5.1.54.2.1.1.4.1 5
        5.1.55.1.1.1.2.1 3
        5.1.55.1.1.1.4.1 31
        """,
      series: """
        hpSwitchCpuStat 9.0
        hpLocalMemFreeBytes{hpLocalMemSlotIndex="1"} 700.0
        hpSystemAirOverTemp{hpSystemAirName="Sys-1"} 2.0
        hpicfFanState{hpicfFanIndex="1", hpicfFanTray="0"} 5.0
        hpicfPsState{hpicfPsBayNum="1"} 3.0
        hpicfPsTemp{hpicfPsBayNum="1"} 31.0
        """),
    VendorDevice(
      profile: "extreme", identity: "1.3.6.1.4.1.1916.2.167", root: "1.3.6.1.4.1.1916.1",
      // Loads and sizes are texts; a slot without a load says so.
      objects: """
        1.1.7.0 2
        1.1.8.0 37
        32.1.2.0 4
        32.1.4.1.9.1 "  4.5"
        32.1.4.1.9.2 "n/a"
        32.2.2.1.2.1 "1048576"
        32.2.2.1.3.1 "524288"
        1.1.9.1.2.101 1
        1.1.9.1.4.101 4428
        1.1.27.1.2.1 2
        """,
      series: """
        extremeOverTemperatureAlarm 2.0
        extremeCurrentTemperature 37.0
        extremeCpuMonitorTotalUtilization 4.0
        extremeCpuMonitorSystemUtilization5mins{extremeCpuMonitorSystemSlotId="1"} 4.5
        extremeMemoryMonitorSystemTotal{extremeMemoryMonitorSystemSlotId="1"} 1048576.0
        extremeMemoryMonitorSystemFree{extremeMemoryMonitorSystemSlotId="1"} 524288.0
        extremeFanOperational{extremeFanNumber="101"} 1.0
        extremeFanSpeed{extremeFanNumber="101"} 4428.0
        extremePowerSupplyStatus{extremePowerSupplyNumber="1"} 2.0
        """),
    VendorDevice(
      profile: "zyxel", identity: "1.3.6.1.4.1.890.1.15", root: "1.3.6.1.4.1.890.1.15.3",
      objects: """
        2.4.0 21
        2.5.0 58
        2.8.0 19
        26.1.1.1.2.1 "FAN1"
        26.1.1.1.3.1 5200
        26.1.1.1.6.1 1500
        26.1.2.1.2.1 "CPU"
        26.1.2.1.3.1 46
        26.1.2.1.6.1 95
        """,
      series: """
        sysMgmtCPUUsage 21.0
        sysMgmtMemUsage 58.0
        sysMgmtCPU1MinUsage 19.0
        zyHwMonitorFanRpmCurrentValue{zyHwMonitorFanRpmDescription="FAN1"} 5200.0
        zyHwMonitorFanRpmLowThreshold{zyHwMonitorFanRpmDescription="FAN1"} 1500.0
        zyHwMonitorTemperatureCurrentValue{zyHwMonitorTemperatureDescription="CPU"} 46.0
        zyHwMonitorTemperatureHighThreshold{zyHwMonitorTemperatureDescription="CPU"} 95.0
        """),
  ]

  private static let chassis = [
    VendorDevice(
      profile: "ruckus-icx", identity: "1.3.6.1.4.1.1991.1.3.62.2.1.1.1", root: "1.3.6.1.4.1.1991.1.1",
      // Temperatures count halves of a degree.
      objects: """
        1.1.18.0 105
        2.1.52.0 3
        2.1.53.0 44
        2.12.4.1.0 44
        2.11.1.1.5.1.1.300 2
        2.13.1.1.3.1.1 "Intake"
        2.13.1.1.4.1.1 99
        2.13.3.1.4.1.1.1 "Sensor A"
        2.13.3.1.5.1.1.1 105
        1.4.1.1.4.1 105
        1.2.1.1.3.1 2
        1.2.2.1.4.1.1 2
        1.3.1.1.3.1 2
        1.3.2.1.4.1.2 3
        """,
      series: """
        snChasActualTemperature 52.5
        snAgGblCpuUtil1MinAvg 3.0
        snAgGblDynMemUtil 44.0
        snAgSystemDRAMUtil 44.0
        snAgentCpuUtilPercent{snAgentCpuUtilCpuId="1", snAgentCpuUtilInterval="300", snAgentCpuUtilSlotNum="1"} 2.0
        snAgentTempValue{snAgentTempSensorDescr="Intake", snAgentTempSlotNum="1"} 49.5
        snAgentTemp2Value{snAgentTemp2SensorDescr="Sensor A", snAgentTemp2SlotNum="1", snAgentTemp2UnitNum="1"} 52.5
        snChasUnitActualTemperature{snChasUnitIndex="1"} 52.5
        snChasPwrSupplyOperStatus{snChasPwrSupplyIndex="1"} 2.0
        snChasPwrSupply2OperStatus{snChasPwrSupply2Index="1", snChasPwrSupply2Unit="1"} 2.0
        snChasFanOperStatus{snChasFanIndex="1"} 2.0
        snChasFan2OperStatus{snChasFan2Index="2", snChasFan2Unit="1"} 3.0
        """),
    VendorDevice(
      profile: "dell-os10", identity: "1.3.6.1.4.1.674.11000.5000.100.2.1.9",
      root: "1.3.6.1.4.1.674.11000.5000.100.4.1",
      objects: """
        1.3.1.11.1 37
        1.4.1.3.1.1 "S4128T-ON"
        1.4.1.4.1.1 1
        1.4.1.5.1.1 37
        2.1.1.4.2 8
        2.2.1.4.1 1
        2.3.1.4.3 2
        2.3.1.5.3 1
        2.3.1.7.3 1
        """,
      series: """
        os10ChassisTemp{os10ChassisIndex="1"} 37.0
        os10CardStatus{os10CardDescription="S4128T-ON", os10CardIndex="1", os10ChassisIndex="1"} 1.0
        os10CardTemp{os10CardDescription="S4128T-ON", os10CardIndex="1", os10ChassisIndex="1"} 37.0
        os10PowerSupplyOperStatus{os10PowerSupplyIndex="2"} 8.0
        os10FanTrayOperStatus{os10FanTrayIndex="1"} 1.0
        os10FanOperStatus{os10FanEntity="fan_tray", os10FanEntitySlot="1", os10FanIndex="3"} 1.0
        """),
    VendorDevice(
      // What Force10 left stands there, too, and is not read beside it.
      profile: "dell-os9", identity: "1.3.6.1.4.1.6027.1.3.22", root: "1.3.6.1.4.1.6027.3",
      objects: """
        10.1.2.2.1.14.1 47
        26.1.4.4.1.4.2.1.1 14
        26.1.4.4.1.6.2.1.1 23
        26.1.2.4.1.6.1.2 39
        26.1.3.4.1.8.1 1
        26.1.3.4.1.13.1 47
        26.1.4.6.1.4.2.1.1 1
        26.1.4.6.1.10.2.1.1 88
        26.1.4.7.1.4.2.1.1 3
        """,
      series: """
        dellNetCpuUtil1Min{dellNetProcessorDeviceIndex="1", dellNetProcessorDeviceType="stack", dellNetProcessorIndex="1"} 14.0
        dellNetCpuUtilMemUsage{dellNetProcessorDeviceIndex="1", dellNetProcessorDeviceType="stack", dellNetProcessorIndex="1"} 23.0
        dellNetCardTemp{dellNetCardIndex="2", dellNetChassisIndex="1"} 39.0
        dellNetStackUnitStatus{dellNetStackUnitIndex="1"} 1.0
        dellNetStackUnitTemp{dellNetStackUnitIndex="1"} 47.0
        dellNetPowerSupplyOperStatus{dellNetPowerDeviceIndex="1", dellNetPowerDeviceType="stack", dellNetPowerSupplyIndex="1"} 1.0
        dellNetPowerSupplyUsage{dellNetPowerDeviceIndex="1", dellNetPowerDeviceType="stack", dellNetPowerSupplyIndex="1"} 88.0
        dellNetFanTrayOperStatus{dellNetFanDeviceIndex="1", dellNetFanDeviceType="stack", dellNetFanTrayIndex="1"} 3.0
        """),
    VendorDevice(
      profile: "force10-s-series", identity: "1.3.6.1.4.1.6027.1.3.14", root: "1.3.6.1.4.1.6027.3.10.1.2",
      objects: """
        2.1.8.1 1
        2.1.14.1 47
        9.1.3.1 11
        9.1.5.1 35
        3.1.2.1.1 1
        4.1.2.1.1 2
        """,
      series: """
        chStackUnitStatus{chStackUnitIndex="1"} 1.0
        chStackUnitTemp{chStackUnitIndex="1"} 47.0
        chStackUnitCpuUtil1Min{chStackUnitNumber="1"} 11.0
        chStackUnitMemUsageUtil{chStackUnitNumber="1"} 35.0
        chSysPowerSupplyOperStatus{chStackUnitNumber="1", chSysPowerSupplyIndex="1"} 1.0
        chSysFanTrayOperStatus{chStackUnitNumber="1", chSysFanTrayIndex="1"} 2.0
        """),
  ]

  private static let firewalls = [
    VendorDevice(
      profile: "sonicwall", identity: "1.3.6.1.4.1.8741.1", root: "1.3.6.1.4.1.8741",
      objects: """
        2.1.1.1.0 "TZ 400"
        1.3.1.1.0 150000
        1.3.1.2.0 812
        1.3.1.3.0 6
        1.3.1.4.0 41
        1.3.3.3.1.1.3.1 "CPU Temperature"
        1.3.3.3.1.1.4.1 52
        1.3.3.3.1.1.5.1 "C"
        """,
      series: """
        snwlSysModel{snwlSysModel="TZ 400"} 1.0
        sonicMaxConnCacheEntries 150000.0
        sonicCurrentConnCacheEntries 812.0
        sonicCurrentCPUUtil 6.0
        sonicCurrentRAMUtil 41.0
        sonicwallSensorsValue{sonicwallSensorsDevice="CPU Temperature", sonicwallSensorsUnit="C"} 52.0
        """),
    VendorDevice(
      profile: "zyxel-firewall", identity: "1.3.6.1.4.1.890.1.15", root: "1.3.6.1.4.1.890.1.6.22.1",
      objects: """
        1.0 12
        2.0 63
        6.0 940
        """,
      series: """
        sysCPUUsage 12.0
        sysRAMUsage 63.0
        sysSessionNum 940.0
        """),
  ]

  private static let carriers = [
    VendorDevice(
      // What the older MIB names alike stands there, too, and is not read beside it.
      profile: "zte-zxr10", identity: "1.3.6.1.4.1.3902.3.100.6006.1", root: "1.3.6.1.4.1.3902.3",
      objects: """
        3.1.1.12.1 99
        6002.2.1.1.6.0.0.1.1 52
        6002.2.1.1.9.0.0.1.1 8
        6002.2.3.1.7.0.0.1.2 1
        6002.2.4.1.3.0.0 27
        6002.2.5.1.7.0.0.1.2.3 "inlet"
        6002.2.5.1.9.0.0.1.2.3 44
        6002.2.6.2.1.7.0.0.1.1 1
        """,
      series: """
        zxr10SystemMemUsed{zxr10RackNo="0", zxr10ShelfNo="0", zxr10SlotNo="1", zxr10SystemUnitIndex="1"} 52.0
        zxr10SystemCpuUtility5m{zxr10RackNo="0", zxr10ShelfNo="0", zxr10SlotNo="1", zxr10SystemUnitIndex="1"} 8.0
        zxr10FanStatus{zxr10FanGroupNo="1", zxr10FanIndex="2", zxr10FanRackNo="0", zxr10FanShelfNo="0"} 1.0
        zxr10EnvironTemperature{zxr10ShelfTemperatureRackNo="0", zxr10ShelfTemperatureShelfNo="0"} 27.0
        zxr10BoardTempCurTemp{zxr10BoardTempDescription="inlet", zxr10BoardTempRackNo="0", zxr10BoardTempShelfNo="0", zxr10BoardTempSlotNo="1"} 44.0
        zxr10PowerModuleRunStatus{zxr10PowerModuleGroupNo="1", zxr10PowerModuleNo="1", zxr10PowerModuleShelfNo="0", zxr10RackNo="0"} 1.0
        """),
    VendorDevice(
      profile: "zte-zxr10-old", identity: "1.3.6.1.4.1.3902.3.100.20", root: "1.3.6.1.4.1.3902.3",
      objects: """
        3.1.1.4.1 33
        3.1.1.5.1 7
        3.1.1.12.1 6
        2.3.1.7.1.1.2 1
        2.3.1.10.1.1.2 45
        """,
      series: """
        zxr10SystemMemUsed{zxr10SystemUnitIndex="1"} 33.0
        zxr10SystemCpuUtility2m{zxr10SystemUnitIndex="1"} 7.0
        zxr10SystemCpuUtility5m{zxr10SystemUnitIndex="1"} 6.0
        zxr10SlotOperStatus{zxr10PosInRack="2", zxr10RackNo="1", zxr10ShelfNo="1"} 1.0
        zxr10SlotTemperature{zxr10PosInRack="2", zxr10RackNo="1", zxr10ShelfNo="1"} 45.0
        """),
    VendorDevice(
      profile: "zte-access", identity: "1.3.6.1.4.1.3902.1082.1001.600.1.1", root: "1.3.6.1.4.1.3902.1082.10",
      objects: """
        1.2.4.1.4.1.1.3 "GFGH"
        1.2.4.1.5.1.1.3 1
        1.2.4.1.9.1.1.3 16
        1.2.4.1.11.1.1.3 49
        10.2.1.5.1.3.1.1 29
        10.2.1.6.1.2.1.1.3 51
        10.2.4.11.1.5.1.1.2 1
        10.2.4.11.1.7.1.1.2 2400
        """,
      series: """
        zxAnCardOperStatus{zxAnCardActualType="GFGH", zxAnRack="1", zxAnShelf="1", zxAnSlot="3"} 1.0
        zxAnCardCpuLoad{zxAnCardActualType="GFGH", zxAnRack="1", zxAnShelf="1", zxAnSlot="3"} 16.0
        zxAnCardMemUsage{zxAnCardActualType="GFGH", zxAnRack="1", zxAnShelf="1", zxAnSlot="3"} 49.0
        zxAnEnvTemp{zxAnEnvRack="1", zxAnEnvShelf="1"} 29.0
        zxAnCardTemp{zxAnEnvRack="1", zxAnEnvShelf="1", zxAnEnvSlot="3"} 51.0
        zxAnEnvFanOperStatus{zxAnEnvFanIndex="2", zxAnEnvRack="1", zxAnEnvShelf="1"} 1.0
        zxAnEnvFanActualSpeed{zxAnEnvFanIndex="2", zxAnEnvRack="1", zxAnEnvShelf="1"} 2400.0
        """),
  ]
}
