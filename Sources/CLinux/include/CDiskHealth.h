#ifndef WATCHKEEPER_CDISKHEALTH_H
#define WATCHKEEPER_CDISKHEALTH_H

/// Reads the SMART health log (page 2, 512 bytes) of an NVMe controller. - Returns: 0, or -errno.
int watchkeeper_nvme_health(int descriptor, unsigned char log[512]);

/// Whether an ATA disk spins, asked by CHECK POWER MODE, which does not wake it.
/// - Returns: 1 active or idle, 0 standby, or -errno.
int watchkeeper_ata_is_active(int descriptor);

/// Whether an ATA disk thinks itself healthy (SMART RETURN STATUS). - Returns: 1 yes, 0 no, or -errno.
int watchkeeper_ata_is_healthy(int descriptor);

/// SMART attributes of an ATA disk (SMART READ DATA). - Returns: 0, or -errno.
int watchkeeper_ata_attributes(int descriptor, unsigned char data[512]);

#endif
