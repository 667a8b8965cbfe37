################################################################################
#
# maaxboard-entropy
#
################################################################################

MAAXBOARD_ENTROPY_VERSION = 0.1.0
MAAXBOARD_ENTROPY_SITE = $(BR2_EXTERNAL_MAAXBOARD_ENTROPY_PATH)/java-app
MAAXBOARD_ENTROPY_SITE_METHOD = local
MAAXBOARD_ENTROPY_LICENSE = BSD-2-Clause
MAAXBOARD_ENTROPY_DEPENDENCIES = host-maven openjdk opensc pcsc-lite ccid

$(eval $(generic-package))
