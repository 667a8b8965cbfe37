################################################################################
#
# pam-p11
#
################################################################################

PAM_P11_VERSION = 0.6.0
PAM_P11_SITE = $(call github,OpenSC,pam_p11,pam_p11-$(PAM_P11_VERSION))
PAM_P11_LICENSE = LGPL-2.1+
PAM_P11_LICENSE_FILES = COPYING
PAM_P11_DEPENDENCIES = host-pkgconf libp11 linux-pam openssl $(TARGET_NLS_DEPENDENCIES)
# The archive is the tag's: it has no configure script.
PAM_P11_AUTORECONF = YES
PAM_P11_AUTOPOINT = YES
PAM_P11_CONF_OPTS = --with-pamdir=/usr/lib/security
PAM_P11_CONF_ENV = LIBS=$(TARGET_NLS_LIBS)

$(eval $(autotools-package))
