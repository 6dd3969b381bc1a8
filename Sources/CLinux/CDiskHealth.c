#include "CDiskHealth.h"

#include <errno.h>
#include <linux/nvme_ioctl.h>
#include <scsi/sg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

int watchkeeper_nvme_health(int descriptor, unsigned char log[512]) {
  struct nvme_admin_cmd command = {
    .opcode = 0x02,  // Get Log Page
    .nsid = 0xffffffff,
    .addr = (uintptr_t)log,
    .data_len = 512,
    .cdw10 = 0x02 | (512 / 4 - 1) << 16,
    .timeout_ms = 2000,
  };
  memset(log, 0, 512);
  int result = ioctl(descriptor, NVME_IOCTL_ADMIN_CMD, &command);
  if (result < 0) return -errno;
  return result == 0 ? 0 : -EIO;
}

/// An ATA command through the SCSI layer (ATA PASS-THROUGH 16). `sense` gets the registers that the disk answers with.
static int ata_command(
  int descriptor, unsigned char command, unsigned char feature, unsigned char *data, unsigned char sense[64]) {
  unsigned char block[16] = {0x85};
  // Protocol 3: no data, 4: data in. Byte 2: give the registers back; the length is in the sector count, in blocks.
  block[1] = (unsigned char)((data ? 4 : 3) << 1);
  block[2] = data ? 0x2e : 0x20;
  block[4] = feature;
  block[6] = data ? 1 : 0;
  if (command == 0xb0) {
    block[10] = 0x4f;
    block[12] = 0xc2;
  }
  block[14] = command;
  struct sg_io_hdr request = {
    .interface_id = 'S',
    .dxfer_direction = data ? SG_DXFER_FROM_DEV : SG_DXFER_NONE,
    .cmd_len = sizeof block,
    .mx_sb_len = 64,
    .dxfer_len = data ? 512 : 0,
    .dxferp = data,
    .cmdp = block,
    .sbp = sense,
    .timeout = 3000,
  };
  memset(sense, 0, 64);
  if (ioctl(descriptor, SG_IO, &request) < 0) return -errno;
  if (request.host_status != 0) return -EIO;
  return 0;
}

/// The registers in the sense data, which begins with a descriptor of type 9. - Returns: `NULL` when there are none.
static const unsigned char *registers(const unsigned char sense[64]) {
  return (sense[0] & 0x7f) == 0x72 && sense[8] == 0x09 ? sense + 8 : NULL;
}

int watchkeeper_ata_is_active(int descriptor) {
  unsigned char sense[64];
  int result = ata_command(descriptor, 0xe5, 0, NULL, sense);
  if (result < 0) return result;
  const unsigned char *found = registers(sense);
  if (!found) return -EOPNOTSUPP;
  // The count: 00h is standby, 01h is standby by the disk's own clock.
  return found[5] > 0x01;
}

int watchkeeper_ata_is_healthy(int descriptor) {
  unsigned char sense[64];
  int result = ata_command(descriptor, 0xb0, 0xda, NULL, sense);
  if (result < 0) return result;
  const unsigned char *found = registers(sense);
  if (!found) return -EOPNOTSUPP;
  if (found[9] == 0x4f && found[11] == 0xc2) return 1;
  if (found[9] == 0xf4 && found[11] == 0x2c) return 0;
  return -EOPNOTSUPP;
}

int watchkeeper_ata_attributes(int descriptor, unsigned char data[512]) {
  unsigned char sense[64];
  memset(data, 0, 512);
  return ata_command(descriptor, 0xb0, 0xd0, data, sense);
}
